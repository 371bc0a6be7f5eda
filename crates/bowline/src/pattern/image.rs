//! An image's text taken apart.

/// The name and the tag of an image's text: an `@digest` is cut off, and the tag begins after the last `:` that
/// follows the last `/`.
pub fn split_image(image: &str) -> (&str, Option<&str>) {
    let image = image.split_once('@').map_or(image, |(before, _)| before);
    match tag_colon(image) {
        Some(colon) => match (image.get(..colon), image.get(colon.saturating_add(1)..)) {
            (Some(name), tag) => (name, tag),
            (None, _) => (image, None),
        },
        None => (image, None),
    }
}

/// The place of the last `:` after the last `/`.
pub(super) fn tag_colon(text: &str) -> Option<usize> {
    text.bytes()
        .rposition(|byte| byte == b':' || byte == b'/')
        .filter(|&at| text.as_bytes().get(at) == Some(&b':'))
}
