//! Signs webhooks with the scheme of Standard Webhooks 1.0 ("Signature scheme", read 2026-11-30).

use base64::{Engine, prelude::BASE64_STANDARD};
use bowline::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Returns the header `webhook-signature` for a body with this `id` and `timestamp`, in seconds since 1970; `None` if
/// the secret is not `whsec_` followed by base64.
pub(crate) fn signature(secret: &Secret, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let encoded = secret.expose().strip_prefix("whsec_")?;
    let key = Zeroizing::new(BASE64_STANDARD.decode(encoded).ok()?);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    for part in [id, ".", &timestamp.to_string(), ".", body] {
        mac.update(part.as_bytes());
    }
    let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    Some(format!("v1,{signature}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the libraries of Standard Webhooks.
    #[test]
    fn the_published_example() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        let made = signature(&secret, id, 1_614_265_330, body);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(made.as_deref(), Some(expected));
        for other in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_?", ""] {
            assert_eq!(signature(&Secret::new(other), id, 0, body), None, "{other}");
        }
    }
}
