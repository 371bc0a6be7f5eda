//! The sign-in token of a development server: a JWT signed with HS256.

use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

/// The lifetime of a development token: a working day.
const LIFETIME: Duration = Duration::from_hours(12);

const YEAR: Duration = Duration::from_hours(365 * 24);

/// Returns a token for the project `default` with every permission, signed with the text of `auth_secret`.
pub(crate) fn developer(auth_secret: &str, now: SystemTime) -> String {
    let expires = seconds(now + LIFETIME);
    let permissions = ["read", "write", "delete", "use", "admin", "sync"]
        .map(|right| format!("iam:project:cicd:registry:{right}"));
    sign(
        auth_secret,
        &json!({ "sub": "developer", "exp": expires, "projects": ["default"], "permissions": permissions }),
    )
}

/// Returns a token for the scheduled work of all projects. It is valid as long as a development server can run.
pub(crate) fn due(auth_secret: &str, now: SystemTime) -> String {
    sign(
        auth_secret,
        &json!({ "sub": "host", "exp": seconds(now + YEAR), "projects": [],
            "permissions": ["iam:system:cicd:registry:sync"] }),
    )
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

/// RFC 7515 compact form: header, claims and their signature.
fn sign(secret: &str, claims: &Value) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let signed = [header.to_string(), claims.to_string()]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    // HMAC takes keys of any length, so this never fails.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return signed;
    };
    mac.update(signed.as_bytes());
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_are_those_that_the_functions_read() {
        let token = developer(
            "0123456789abcdef0123456789abcdef",
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_000),
        );
        let claims = token
            .split('.')
            .nth(1)
            .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap())
            .unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["sub"], "developer");
        assert_eq!(claims["exp"], 44_200);
        assert_eq!(claims["projects"], json!(["default"]));
        assert_eq!(claims["permissions"][0], "iam:project:cicd:registry:read");
        assert_eq!(claims["permissions"].as_array().unwrap().len(), 6);
    }

    /// The signature was made with OpenSSL: `openssl dgst -sha256 -hmac KEY -binary | basenc --base64url`.
    #[test]
    fn the_signature_is_hs256() {
        let token = sign("0123456789abcdef0123456789abcdef", &json!({ "sub": "a" }));
        assert_eq!(
            token,
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIn0.YTr6qPF-N-Bo-UZqK7Hz8gvEwXiRoDS1Hw2fNFD_Ri4"
        );
    }
}
