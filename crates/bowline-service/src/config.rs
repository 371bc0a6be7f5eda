//! The configuration of the public service.

use bowline_registry::Operator;
use bowline_store::{Quotas, SealingKeys};
use url::{Position, Url};

pub use crate::variables::{Component, Variable, Variables};
use crate::{
    cors::Origins,
    log::LogSettings,
    problem::{Problem, ProblemType},
    proxies::Proxies,
    rate::Limits,
    token::{KeySet, Published, Rules},
};

/// The parsed variables.
pub struct Config {
    pub(crate) keys: SealingKeys,
    pub(crate) access: Access,
    pub(crate) quotas: Quotas,
}

/// The rules for callers: their tokens, origins and proxies.
pub(crate) struct Access {
    pub(crate) issuer: Issuer,
    pub(crate) rules: Rules,
    pub(crate) origins: Origins,
    pub(crate) proxies: Proxies,
    /// The prefix of the path of a `Location`.
    pub(crate) public_url: String,
    /// Limits on what callers do in a minute.
    pub(crate) limits: Limits,
    /// The age at which rows of the audit are forgotten, in milliseconds.
    pub(crate) audit_kept_ms: i64,
    /// How much is logged.
    pub(crate) log: LogSettings,
    /// The addresses that requests to registries come from.
    pub(crate) egress_addresses: Vec<String>,
    /// The account of the AWS identity that assumes customers' roles.
    pub(crate) aws_account_id: Option<String>,
}

/// The default, minimum, and maximum number of days to keep audit rows.
const AUDIT_DAYS: u32 = 400;
const FEWEST_AUDIT_DAYS: u32 = 30;
const MOST_AUDIT_DAYS: u32 = 36_500;

/// The issuer that signs tokens.
pub(crate) enum Issuer {
    /// The operator set its keys.
    Known(KeySet),
    /// It publishes them.
    Published(Published),
}

/// A missing or invalid variable. It does not contain the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Its name.
    pub variable: &'static str,
    /// The reason.
    pub reason: String,
}

impl Config {
    /// # Errors
    /// The first variable that is missing or invalid.
    pub fn parse(variables: &Variables) -> Result<Self, ConfigError> {
        let keys = SealingKeys::parse(&variables.sealing_keys)
            .map_err(|error| invalid("sealing_keys", error))?;
        let access = Access::parse(variables)?;
        let quotas = quotas(variables)?;
        Ok(Self {
            keys,
            access,
            quotas,
        })
    }
}

impl Access {
    /// # Errors
    /// The first of its variables, and of those of the private service, that is missing or not valid.
    pub(crate) fn parse(variables: &Variables) -> Result<Self, ConfigError> {
        // The private service is who uses most of these; but a wrong one stops every route, not only those that ask
        // there.
        let operator = variables.operator().map_err(|error| {
            let reason = format!("entry {} is {}", error.entry, error.expected);
            invalid(error.variable, reason)
        })?;
        Ok(Self {
            issuer: Issuer::parse(variables, &operator)?,
            rules: Rules::new(&variables.auth_issuer, &variables.auth_audience),
            origins: Origins::parse(&variables.allowed_origins).ok_or_else(|| {
                let reason = "it must be a list of origins, like https://app.example.com";
                invalid("allowed_origins", reason)
            })?,
            proxies: Proxies::parse(&variables.trusted_proxies).ok_or_else(|| {
                let reason = "it must be a list of addresses and networks, like 10.0.0.0/8";
                invalid("trusted_proxies", reason)
            })?,
            public_url: public_url(&variables.public_url)?,
            limits: limits(variables)?,
            audit_kept_ms: audit_kept_ms(variables)?,
            log: variables
                .log()
                .map_err(|(variable, reason)| invalid(variable, reason))?,
            egress_addresses: operator.egress_addresses().to_vec(),
            aws_account_id: aws_account_id(&variables.aws_account_id)?,
        })
    }
}

impl Issuer {
    /// The one of three variables that is set. With two, one that was forgotten would still sign in.
    fn parse(variables: &Variables, operator: &Operator) -> Result<Self, ConfigError> {
        let Variables {
            auth_secret,
            jwks,
            jwks_url,
            ..
        } = variables;
        let set = [
            ("auth_secret", auth_secret),
            ("jwks", jwks),
            ("jwks_url", jwks_url),
        ];
        let mut set = set.into_iter().filter(|(_, value)| !value.is_empty());
        match (set.next(), set.next()) {
            (None, _) => Err(invalid("auth_secret", "set it, jwks, or jwks_url")),
            (Some((first, _)), Some((second, _))) => Err(invalid(
                second,
                format_args!("{first} is set, too; set only one of them"),
            )),
            (Some(("auth_secret", secret)), None) => KeySet::of_secret(secret)
                .map(Self::Known)
                .ok_or_else(|| invalid("auth_secret", "it must have at least 32 bytes")),
            (Some(("jwks", jwks)), None) => KeySet::parse(jwks)
                .map(Self::Known)
                .map_err(|error| invalid("jwks", error)),
            (Some(_), None) => {
                // An issuer of published keys signs for others, too.
                let required = [
                    ("auth_issuer", &variables.auth_issuer),
                    ("auth_audience", &variables.auth_audience),
                ];
                match required.into_iter().find(|(_, value)| value.is_empty()) {
                    Some((name, _)) => Err(invalid(name, "it must be set if jwks_url is set")),
                    None => published(jwks_url, &variables.jwks_origin, operator),
                }
            }
        }
    }
}

/// The address of a key set: https, or where `plain_http_hosts` allows it http, on the one origin that the manifest
/// lets this component reach.
fn published(
    jwks_url: &str,
    jwks_origin: &str,
    operator: &Operator,
) -> Result<Issuer, ConfigError> {
    let url = Url::parse(jwks_url).ok().filter(|url| {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or_default();
        let is_sent_safely = match url.scheme() {
            "https" => true,
            "http" => operator.allows_plain_http(host.trim_matches(['[', ']']), port),
            _ => false,
        };
        let names_nobody = url.username().is_empty() && url.password().is_none();
        is_sent_safely && names_nobody && url.fragment().is_none()
    });
    let url = url.ok_or_else(|| {
        let reason = "it must be an https URL, like https://id.example.com/.well-known/jwks.json";
        invalid("jwks_url", reason)
    })?;
    if url.origin().ascii_serialization() != jwks_origin {
        let reason = "it must be the origin of jwks_url, like https://id.example.com";
        return Err(invalid("jwks_origin", reason));
    }
    Ok(Issuer::Published(Published::at(url.into())))
}

fn limits(variables: &Variables) -> Result<Limits, ConfigError> {
    let usual = Limits::default();
    let requests = |name, text: &str, usual| {
        let reason = "it must be a number of requests a minute, 1 or more";
        number(name, text, usual, reason)
    };
    let bytes = |name, text: &str, usual| {
        let reason = "it must be a number of bytes a minute, 1 or more";
        number(name, text, usual, reason)
    };
    Ok(Limits {
        checks_per_subject: requests(
            "checks_per_subject",
            &variables.checks_per_subject,
            usual.checks_per_subject,
        )?,
        registry_requests_per_subject: requests(
            "registry_requests_per_subject",
            &variables.registry_requests_per_subject,
            usual.registry_requests_per_subject,
        )?,
        registry_requests_per_project: requests(
            "registry_requests_per_project",
            &variables.registry_requests_per_project,
            usual.registry_requests_per_project,
        )?,
        notifications_per_connection: requests(
            "notifications_per_connection",
            &variables.notifications_per_connection,
            usual.notifications_per_connection,
        )?,
        validate_bytes_per_subject: bytes(
            "validate_bytes_per_subject",
            &variables.validate_bytes_per_subject,
            usual.validate_bytes_per_subject,
        )?,
        change_bytes_per_project: bytes(
            "change_bytes_per_project",
            &variables.change_bytes_per_project,
            usual.change_bytes_per_project,
        )?,
    })
}

fn quotas(variables: &Variables) -> Result<Quotas, ConfigError> {
    let usual = Quotas::default();
    let reason = "it must be a number, 1 or more";
    Ok(Quotas {
        connections: number(
            "connections_per_project",
            &variables.connections_per_project,
            usual.connections,
            reason,
        )?,
        patterns: number(
            "patterns_per_project",
            &variables.patterns_per_project,
            usual.patterns,
            reason,
        )?,
        queued_scans: number(
            "queued_scans_per_project",
            &variables.queued_scans_per_project,
            usual.queued_scans,
            reason,
        )?,
    })
}

fn audit_kept_ms(variables: &Variables) -> Result<i64, ConfigError> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let reason =
        format!("it must be a number of days from {FEWEST_AUDIT_DAYS} to {MOST_AUDIT_DAYS}");
    let name = "audit_retention_days";
    let days = number(
        name,
        &variables.audit_retention_days,
        AUDIT_DAYS.into(),
        &reason,
    )?;
    if !(i64::from(FEWEST_AUDIT_DAYS)..=i64::from(MOST_AUDIT_DAYS)).contains(&days) {
        return Err(invalid(name, reason));
    }
    Ok(days.saturating_mul(DAY_MS))
}

/// A number above 0, or the usual one where nothing is set.
fn number(name: &'static str, text: &str, usual: i64, reason: &str) -> Result<i64, ConfigError> {
    match text.trim() {
        "" => Ok(usual),
        text => text
            .parse::<u32>()
            .ok()
            .filter(|number| *number > 0)
            .map(i64::from)
            .ok_or_else(|| invalid(name, reason)),
    }
}

fn aws_account_id(text: &str) -> Result<Option<String>, ConfigError> {
    match text.trim() {
        "" => Ok(None),
        id if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(id.to_owned())),
        _ => Err(invalid(
            "aws_account_id",
            "it must be an AWS account ID of 12 digits",
        )),
    }
}

fn public_url(text: &str) -> Result<String, ConfigError> {
    let is_plain = |url: &Url| {
        matches!(url.scheme(), "https" | "http")
            && url[Position::AfterPath..].is_empty()
            && url.username().is_empty()
            && url.password().is_none()
    };
    if text.is_empty() || Url::parse(text).is_ok_and(|url| is_plain(&url) && !text.ends_with('/')) {
        return Ok(text.to_owned());
    }
    let reason = "it must be a URL, like https://registries.example.com, without a trailing slash";
    Err(invalid("public_url", reason))
}

fn invalid(variable: &'static str, reason: impl ToString) -> ConfigError {
    ConfigError {
        variable,
        reason: reason.to_string(),
    }
}

impl From<&ConfigError> for Problem {
    fn from(error: &ConfigError) -> Self {
        let ConfigError { variable, reason } = error;
        Self::from(ProblemType::Config(variable))
            .detail(format!("The operator's variable {variable}: {reason}."))
    }
}
