//! Google: a service account's key signs an assertion, which Google's token service takes for an access token, so that
//! the key itself need not be sent anywhere.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bowline::{
    credential::{Credentials, Username},
    form::ConnectionSpec,
    secret::Secret,
};
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::assertion::AssertionKey;
use crate::{
    guard::Target,
    login::{
        Minted, RegistryLogin,
        form::{self, Granted},
    },
    operator::Operator,
    problem::{Code, Failure},
    product::distribution,
    transport::Transport,
    world::{Clock, Random, World},
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

/// Makes what the registry takes of a connection's credentials.
pub(in crate::product) async fn exchange<W: World>(
    transport: &mut Transport<'_, W>,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Minted, Failure> {
    match &spec.credentials {
        Credentials::GoogleServiceAccount { key } => access_token(transport, key.clone()).await,
        _ => distribution::exchange(transport, operator, spec).await,
    }
}

/// Makes an access token of a service account's key. A key that makes none here (of another cloud, or in a form that is
/// not known), and one whose token service does not answer, is given to the registry itself, which takes it as a
/// password.
async fn access_token<W: World>(
    transport: &mut Transport<'_, W>,
    key: Secret,
) -> Result<Minted, Failure> {
    let world = transport.world();
    let now = world.clock().epoch_ms();
    let assertion = KeyFile::read(&key).and_then(|file| file.assertion(now, world.random()));
    let (Some(assertion), Ok(url)) = (assertion, Url::parse(TOKEN_SERVICE)) else {
        return as_password(key);
    };
    transport.hide(&assertion);
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", assertion.expose()),
    ];
    let answer = match form::post(transport, url, Target::ProviderApi, &fields).await {
        Ok(answer) => answer,
        Err(failure) if failure.code == Code::DeadlineExceeded => return Err(failure),
        Err(_) => return as_password(key),
    };
    match answer.status.as_u16() {
        200 => {}
        400 | 401 | 403 => return Err(transport.rejection(&answer)),
        _ => return as_password(key),
    }
    let granted = Granted::read(transport, &answer)?;
    match granted.access_token {
        Some(token) => Ok(Minted {
            expires_at: granted.expires_at,
            ..login(TOKEN_USER, token)?
        }),
        None => as_password(key),
    }
}

/// The key file itself as a password.
fn as_password(key: Secret) -> Result<Minted, Failure> {
    let username = if is_json(&key) {
        "_json_key"
    } else {
        "_json_key_base64"
    };
    login(username, key)
}

fn login(username: &str, password: Secret) -> Result<Minted, Failure> {
    let username = Username::parse(username)
        .ok_or_else(|| Failure::new(Code::AuthRejected, "The username isn't valid."))?;
    Ok(Minted::kept(RegistryLogin::Password { username, password }))
}

/// Tells whether a key file is JSON, and not that in base64.
fn is_json(key: &Secret) -> bool {
    key.expose().trim_start().starts_with('{')
}

/// The part that is read of a key file.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct KeyFile {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    universe_domain: Option<String>,
}

/// The header of an assertion (RFC 7515).
#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: Option<&'a str>,
}

/// The claims of an assertion (RFC 7523).
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'static str,
    aud: &'static str,
    iat: i64,
    exp: i64,
}

impl KeyFile {
    fn read(key: &Secret) -> Option<Self> {
        let text = key.expose().trim();
        let file: Self = if is_json(key) {
            serde_json::from_str(text).ok()?
        } else {
            let decoded = Zeroizing::new(BASE64_STANDARD.decode(text).ok()?);
            serde_json::from_slice(&decoded).ok()?
        };
        let universe = file.universe_domain.as_deref().unwrap_or(UNIVERSE);
        (universe == UNIVERSE).then_some(file)
    }

    /// An assertion of the account, made `now`, in milliseconds since 1970.
    fn assertion(&self, now: i64, random: &impl Random) -> Option<Secret> {
        let now = now.checked_div(1000)?;
        let header = Header {
            alg: "RS256",
            typ: "JWT",
            kid: self.private_key_id.as_deref(),
        };
        let claims = Claims {
            iss: &self.client_email,
            scope: SCOPE,
            aud: TOKEN_SERVICE,
            iat: now,
            exp: now.saturating_add(LIFE),
        };
        let (header, claims) = (
            serde_json::to_vec(&header).ok()?,
            serde_json::to_vec(&claims).ok()?,
        );
        AssertionKey::of_pem(&self.private_key)?
            .sign(&header, &claims, random)
            .map(Secret::new)
    }
}
