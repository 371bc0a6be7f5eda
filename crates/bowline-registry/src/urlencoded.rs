//! Queries and forms: `application/x-www-form-urlencoded`.

use url::form_urlencoded::Serializer;

/// These names and values, encoded.
pub(crate) fn encode<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let mut encoder = Serializer::new(String::new());
    for (name, value) in pairs {
        encoder.append_pair(name, value);
    }
    encoder.finish()
}
