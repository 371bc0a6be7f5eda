//! The files of the page, embedded at build time.

/// A file of the page.
struct Embedded {
    /// The path of its URL.
    url: &'static str,
    body: &'static [u8],
    /// The content in gzip, if that is smaller.
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The response of a component that was built without the page.
const NOT_BUILT: &[u8] =
    b"<!doctype html><title>Bowline</title><p>The page isn't built. Run <code>cargo xtask build</code>.\n";

/// A file to serve.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) content_type: &'static str,
    pub(crate) cache_control: &'static str,
    pub(crate) body: &'static [u8],
    /// The content in gzip, if that is smaller.
    pub(crate) gzip: Option<&'static [u8]>,
}

/// Returns the file at a URL's path; `/` is the page.
pub(crate) fn find(path: &str) -> Option<File> {
    if FILES.is_empty() {
        return (path == "/").then(|| file("/index.html", NOT_BUILT, None));
    }
    let name = if path == "/" { "/index.html" } else { path };
    FILES
        .iter()
        .find(|embedded| embedded.url == name)
        .map(|embedded| file(embedded.url, embedded.body, embedded.gzip))
}

fn file(url: &str, body: &'static [u8], gzip: Option<&'static [u8]>) -> File {
    let cache_control = if is_hashed(url) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    File {
        content_type: content_type(url),
        cache_control,
        body,
        gzip,
    }
}

/// Returns true if the name contains a hash of the content, such as `app-5K3M2Q7Z.js`, so that its content never
/// changes. A hash is in upper case or has a digit; a word has neither.
fn is_hashed(url: &str) -> bool {
    let Some((stem, _extension)) = url.rsplit_once('.') else {
        return false;
    };
    let Some((_name, hash)) = stem.rsplit_once('-') else {
        return false;
    };
    hash.len() >= 8
        && hash.bytes().all(|b| b.is_ascii_alphanumeric())
        && (hash.bytes().any(|b| b.is_ascii_digit())
            || hash.bytes().all(|b| b.is_ascii_uppercase()))
}

fn content_type(url: &str) -> &'static str {
    match url.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "map" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_long() {
        let cases = [
            ("/app-5K3M2Q7Z.js", true),
            ("/chunk-YMOFJHPV.js", true),
            ("/bowline-0a1b2c3d4e5f.wasm", true),
            ("/index.html", false),
            ("/app.js", false),
            ("/app-release.js", false),
            ("/app-1234567.js", false),
            ("/app-5K3M2Q7Z", false),
        ];
        for (url, hashed) in cases {
            assert_eq!(is_hashed(url), hashed, "{url}");
        }
    }

    #[test]
    fn the_page_is_at_the_root_and_nothing_else_is_made_up() {
        let page = find("/").unwrap();
        assert_eq!(
            (page.content_type, page.cache_control),
            ("text/html; charset=utf-8", "no-cache")
        );
        for path in [
            "",
            "/nothing",
            "/../Cargo.toml",
            "//index.html",
            "/index.html/",
        ] {
            assert_eq!(find(path), None, "{path}");
        }
    }

    #[test]
    fn modules_and_scripts_have_the_types_that_browsers_demand() {
        assert_eq!(content_type("/bowline-0a1b2c3d.wasm"), "application/wasm");
        assert_eq!(
            content_type("/app-0a1b2c3d.js"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(content_type("/LICENSE"), "application/octet-stream");
    }
}
