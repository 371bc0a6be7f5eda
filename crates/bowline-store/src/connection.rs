//! A connection as it is kept.

use std::collections::BTreeMap;

use bowline::{
    form::{ConnectionForm, Purpose},
    secret::Secret,
};
use serde::{Deserialize, Serialize, Serializer};

use crate::{id::ConnectionId, timestamp::Timestamp};

/// A stored connection. It serializes to the connection of the HTTP API; it holds no secret.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The project that it belongs to.
    pub project: String,
    /// Its name, unique in the project regardless of case.
    pub name: String,
    /// Free text.
    pub description: String,
    /// The provider's id.
    pub provider: String,
    /// The auth method's id.
    pub auth: String,
    /// Its purpose: `pull` or `push`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub purpose: Purpose,
    /// The registry's endpoint as it is shown, unique in the project for each purpose.
    pub endpoint: String,
    /// The values that are not secret. `url` is among them where the auth method has it, and is not serialized: the
    /// endpoint says it.
    #[serde(serialize_with = "without_url")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, String>"))]
    pub values: BTreeMap<String, String>,
    /// The names of the secret values that are kept.
    pub secrets: Vec<String>,
    /// The pull policy; `None` is a manual one.
    pub policy: Option<serde_json::Value>,
    /// The token services beyond the registry's own that get the credentials.
    pub trusted_auth_hosts: Vec<String>,
    /// The image to test with; may be empty.
    pub image: String,
    /// The uses that have not lapsed: declared ones, leases of scanners, and recent hand-outs.
    pub uses: Vec<Use>,
    /// 1 at first, one more with each change of what the customer set.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the customer last changed it.
    pub updated_at: Timestamp,
    /// When its credentials were last set.
    pub credentials_changed_at: Timestamp,
    /// When its credentials were last handed out.
    pub last_used_at: Option<Timestamp>,
    /// When its credentials end, where that is known.
    pub expires_at: Option<Timestamp>,
    /// The outcome of its last check with these credentials.
    pub last_check: Option<LastCheck>,
}

/// Somebody who uses a connection now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Use {
    /// How the use is known.
    pub kind: UseKind,
    /// The consumer's id, unique for the connection and kind: the declared one, a scanner's name, or the subject of a
    /// token.
    pub consumer: String,
    /// The title of the consumer.
    pub title: String,
    /// When it lapses.
    pub until: Timestamp,
}

/// How a use is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UseKind {
    /// The consumer declared it.
    Declared,
    /// A scanner has leased images of the connection. It lapses at the last deadline.
    Scan,
    /// The credentials were handed out within the last hour.
    HandOut,
}

impl Use {
    /// A declared use.
    pub fn declared(
        consumer: impl Into<String>,
        title: impl Into<String>,
        until: Timestamp,
    ) -> Self {
        Self {
            kind: UseKind::Declared,
            consumer: consumer.into(),
            title: title.into(),
            until,
        }
    }
}

/// The outcome of a check.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LastCheck {
    /// When it began.
    pub at: Timestamp,
    /// True if everything that could be tried passed.
    pub ok: bool,
    /// The proof: `none`, `reach`, `login` or `pull`.
    pub proved: String,
    /// The problem as the check reported it. It is kept as it is given, so it must hold no secret.
    pub problem: Option<serde_json::Value>,
}

/// A connection with its secrets. `Debug` shows none of them.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The connection.
    pub connection: Connection,
    /// Its secret values by name.
    pub secrets: BTreeMap<String, Secret>,
}

impl Opened {
    /// The form that makes this connection again, to be checked as any other.
    pub fn form(&self) -> ConnectionForm {
        let Connection {
            name,
            description,
            provider,
            auth,
            purpose,
            values,
            policy,
            trusted_auth_hosts,
            expires_at,
            image,
            ..
        } = self.connection.clone();
        let plain = values
            .into_iter()
            .map(|(name, value)| (name, Secret::new(value)));
        let secret = self
            .secrets
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()));
        ConnectionForm {
            provider,
            name,
            description,
            auth,
            purpose: purpose_text(purpose).to_owned(),
            values: plain.chain(secret).collect(),
            trusted_auth_hosts,
            expires_at: expires_at.map(|time| time.to_string()),
            image,
            // Both are any JSON, so this cannot fail.
            policy: policy
                .and_then(|policy| serde_json::from_value(policy).ok())
                .unwrap_or_default(),
        }
    }
}

fn without_url<S: Serializer>(
    values: &BTreeMap<String, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().filter(|(name, _)| *name != "url"))
}

/// A purpose as forms write it and rows keep it.
pub(crate) fn purpose_text(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Pull => "pull",
        Purpose::Push => "push",
    }
}
