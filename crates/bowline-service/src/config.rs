//! The operator's variables of the public service.

use bowline_registry::Operator;
use bowline_store::SealingKeys;

use crate::{
    cors::Origins,
    problem::{Failure, Problem},
    token::Verifier,
};

/// The variables as they are set; those that are not are empty.
#[derive(Default)]
pub struct Variables {
    /// `id:base64,id:base64`, 32 bytes each: the first seals, all open. Required.
    pub sealing_keys: String,
    /// The secret that tokens are signed with, at least 32 bytes. Required.
    pub auth_secret: String,
    /// The issuer that tokens must name; empty: any.
    pub auth_issuer: String,
    /// The audience that tokens must name; empty: any.
    pub auth_audience: String,
    /// Origins of pages that may call the API, comma-separated; empty: none.
    pub allowed_origins: String,
    /// What the private service may reach beyond the public internet; see [`Operator::parse`].
    pub private_hosts: String,
    /// Where it may speak plain HTTP.
    pub plain_http_hosts: String,
    /// Where its requests come from.
    pub egress_addresses: String,
}

/// The variables, parsed.
pub struct Config {
    pub(crate) keys: SealingKeys,
    pub(crate) access: Access,
}

/// Who may call.
pub(crate) struct Access {
    pub(crate) verifier: Verifier,
    pub(crate) origins: Origins,
}

/// A variable that is missing or not valid. Nothing of its value is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Its name.
    pub variable: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl Config {
    /// # Errors
    /// The first variable that is missing or not valid.
    pub fn parse(variables: &Variables) -> Result<Self, ConfigError> {
        let invalid = |variable, reason: &str| ConfigError {
            variable,
            reason: reason.to_owned(),
        };
        let keys = SealingKeys::parse(&variables.sealing_keys)
            .map_err(|error| invalid("sealing_keys", &error.to_string()))?;
        let verifier = Verifier::new(
            &variables.auth_secret,
            &variables.auth_issuer,
            &variables.auth_audience,
        )
        .ok_or_else(|| invalid("auth_secret", "it has fewer than 32 bytes"))?;
        let origins = Origins::parse(&variables.allowed_origins).ok_or_else(|| {
            invalid(
                "allowed_origins",
                "it is no list of origins like https://app.example.com",
            )
        })?;
        // The private service is who uses these; but a wrong one stops every route, not only those that ask there.
        Operator::parse(
            &variables.private_hosts,
            &variables.plain_http_hosts,
            &variables.egress_addresses,
        )
        .map_err(|error| {
            invalid(
                error.variable,
                &format!("entry {} is {}", error.entry, error.expected),
            )
        })?;
        Ok(Self {
            keys,
            access: Access { verifier, origins },
        })
    }
}

impl From<&ConfigError> for Problem {
    fn from(error: &ConfigError) -> Self {
        let ConfigError { variable, reason } = error;
        Self::from(Failure::Config(variable))
            .detail(format!("The operator's variable {variable}: {reason}."))
    }
}
