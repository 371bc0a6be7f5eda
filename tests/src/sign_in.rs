//! Sign-in tokens as a product's backend would make them.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// What comes before a permission's last word.
const PREFIX: &str = "iam:project:cicd:registry:";

/// Who signs in, and what they may do.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The claims, to be changed at will.
    pub claims: Value,
}

impl SignIn {
    /// Somebody who may do these things (`read`, `write`, …) in these projects for an hour.
    pub fn new(subject: &str, projects: &[&str], permissions: &[&str]) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("it is after 1970")
            .as_secs();
        let permissions: Vec<_> = permissions
            .iter()
            .map(|word| format!("{PREFIX}{word}"))
            .collect();
        let claims = json!({
            "sub": subject, "iat": now, "exp": now + 3600, "projects": projects, "permissions": permissions,
        });
        Self { claims }
    }

    /// Somebody who may do everything in these projects.
    pub fn everything(projects: &[&str]) -> Self {
        Self::new(
            "anna@example.com",
            projects,
            &["read", "write", "delete", "use", "admin", "sync"],
        )
    }

    /// Who asks for what is due in all projects.
    pub fn due() -> Self {
        let mut due = Self::new("host", &[], &[]);
        due.claims["permissions"] = json!(["iam:system:cicd:registry:sync"]);
        due
    }

    /// The HS256 token (RFC 7519).
    pub fn token(&self, secret: &str) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!(
            "{}.{}",
            encode(&json!({ "alg": "HS256", "typ": "JWT" })),
            encode(&self.claims)
        );
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length is a key");
        mac.update(signed.as_bytes());
        format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        )
    }
}
