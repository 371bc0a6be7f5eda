//! The one thing that is read of a JSON Web Token: when it ends. Nothing is verified and nothing else is looked at.

use crate::{document::Document, encoded::decoded};

/// When a JWT ends, in milliseconds since 1970; `None` for any other text, and for one without an end.
pub(crate) fn expiry(text: &str) -> Option<i64> {
    // `{"` in base64.
    if !text.starts_with("eyJ") {
        return None;
    }
    let mut parts = text.split('.');
    let (_header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    let claims = Document::parse(&decoded(claims)?)?;
    // Seconds, with a fraction perhaps.
    claims.get("exp")?.as_i64()?.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

    use super::expiry;

    fn token(claims: &str) -> String {
        format!(
            "eyJhbGciOiJub25lIn0.{}.c2ln",
            BASE64_URL_SAFE_NO_PAD.encode(claims)
        )
    }

    #[test]
    fn the_end_is_read_and_nothing_else_passes_as_one() {
        assert_eq!(
            expiry(&token(r#"{"exp":1700000000,"sub":"x"}"#)),
            Some(1_700_000_000_000)
        );
        for text in [
            "",
            "eyJ",
            "eyJ.eyJ.",
            "abc.def.ghi",
            &token("{}"),
            &token("[]"),
            &token(r#"{"exp":9223372036854775807}"#),
        ] {
            assert_eq!(expiry(text), None, "{text}");
        }
    }
}
