//! Google: a service account's key signs an assertion, which Google's token service takes for an access token. The
//! registry never gets the key.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bowline::{credential::Username, form::ConnectionSpec, secret::Secret};
use serde::Deserialize;
use serde_json::json;
use url::Url;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{
    Minted, RegistryLogin,
    assertion::AssertionKey,
    form::{self, Granted},
};
use crate::{
    guard::Target,
    http::HttpClient,
    problem::{Code, Failure},
    transport::Transport,
    world::{Clock, Random},
};

/// Google's token service. The key file names one, too, and is not believed.
const TOKEN_SERVICE: &str = "https://oauth2.googleapis.com/token";
/// What the access token is for; what the account may do is said by its roles.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// How long an assertion lives, in seconds: as long as Google lets one.
const LIFE: i64 = 3600;
/// The cloud that the token service is of. Others have their own.
const UNIVERSE: &str = "googleapis.com";
/// The username that goes with an access token.
const TOKEN_USER: &str = "oauth2accesstoken";

/// Whether this is the username that goes with a service account's key.
pub(super) fn is_key(spec: &ConnectionSpec, username: &Username) -> bool {
    spec.provider.id == "google" && matches!(username.as_str(), "_json_key" | "_json_key_base64")
}

/// Makes an access token of a service account's key. A key that makes none here (of another cloud, or in a form that is
/// not known), and one whose token service does not answer, is given to the registry itself, which takes it as a
/// password.
pub(super) async fn exchange<H: HttpClient, C: Clock, R: Random>(
    transport: &mut Transport<'_, H, C, R>,
    username: Username,
    key: Secret,
) -> Result<Minted, Failure> {
    let now = transport.world().clock.epoch_ms();
    let assertion = KeyFile::read(&username, &key).and_then(|file| file.assertion(now));
    let as_password = Minted::kept(RegistryLogin::Password {
        username,
        password: key,
    });
    let (Some(assertion), Ok(url), Some(username)) = (
        assertion,
        Url::parse(TOKEN_SERVICE),
        Username::parse(TOKEN_USER),
    ) else {
        return Ok(as_password);
    };
    transport.hide(&assertion);
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", assertion.expose()),
    ];
    let answer = match form::post(transport, url, Target::ProviderApi, &fields).await {
        Ok(answer) => answer,
        Err(failure) if failure.code == Code::DeadlineExceeded => return Err(failure),
        Err(_) => return Ok(as_password),
    };
    match answer.status.as_u16() {
        200 => {}
        400 | 401 | 403 => return Err(transport.rejection(&answer)),
        _ => return Ok(as_password),
    }
    let granted = Granted::read(transport, &answer)?;
    let Some(password) = granted.access_token else {
        return Ok(as_password);
    };
    Ok(Minted {
        expires_at: granted.expires_at,
        ..Minted::kept(RegistryLogin::Password { username, password })
    })
}

/// What is read of a key file.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct KeyFile {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    universe_domain: Option<String>,
}

impl KeyFile {
    fn read(username: &Username, key: &Secret) -> Option<Self> {
        let text = key.expose().trim();
        let file: Self = if username.as_str() == "_json_key" {
            serde_json::from_str(text).ok()?
        } else {
            let decoded = Zeroizing::new(BASE64_STANDARD.decode(text).ok()?);
            serde_json::from_slice(&decoded).ok()?
        };
        let universe = file.universe_domain.as_deref().unwrap_or(UNIVERSE);
        (universe == UNIVERSE).then_some(file)
    }

    /// An assertion of the account, made `now`, in milliseconds since 1970.
    fn assertion(&self, now: i64) -> Option<Secret> {
        let now = now.checked_div(1000)?;
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.private_key_id });
        let claims = json!({
            "iss": self.client_email,
            "scope": SCOPE,
            "aud": TOKEN_SERVICE,
            "iat": now,
            "exp": now.saturating_add(LIFE),
        });
        AssertionKey::of_pem(&self.private_key)?
            .sign(header.to_string().as_bytes(), claims.to_string().as_bytes())
            .map(Secret::new)
    }
}
