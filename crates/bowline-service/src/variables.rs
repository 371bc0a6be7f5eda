//! The operator's variables: one table, which the functions, the manifest, and the documentation follow.

use bowline_registry::{Operator, OperatorError};

use crate::log::LogSettings;

/// A component that reads variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// The public service.
    Connections,
    /// The private service.
    Outbound,
    /// The edge service.
    Edge,
    /// The page.
    Site,
}

/// A variable.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// True when its value is a secret.
    pub is_secret: bool,
    /// The components that read it.
    pub components: &'static [Component],
}

/// Defines the table: a row is a variable, whether it is a secret, and the components that read it.
macro_rules! variables {
    ($($(#[doc = $doc:literal])+ $name:ident: $is_secret:literal, [$($component:ident),+];)+) => {
        /// The values of the variables. Unset variables are empty.
        #[derive(Default)]
        pub struct Variables {
            $($(#[doc = $doc])+ pub $name: String,)+
        }

        impl Variables {
            /// All variables.
            pub const ALL: &'static [Variable] = &[$(Variable {
                name: stringify!($name),
                is_secret: $is_secret,
                components: &[$(Component::$component),+],
            },)+];

            /// Reads the variables of a component. `value` returns a variable's value, or an empty text if it is not
            /// set.
            pub async fn read(
                component: Component,
                value: impl AsyncFn(&'static str) -> String,
            ) -> Self {
                Self {
                    $($name: if [$(Component::$component),+].contains(&component) {
                        value(stringify!($name)).await
                    } else {
                        String::new()
                    },)+
                }
            }
        }
    };
}

variables! {
    /// `id:base64,id:base64`, 32 bytes each. The first key seals, and all keys open. Required.
    sealing_keys: true, [Connections];
    /// The secret that tokens are signed with, at least 32 bytes. This, `jwks`, or `jwks_url` is required.
    auth_secret: true, [Connections, Edge];
    /// The public keys that verify tokens: a JSON Web Key Set.
    jwks: false, [Connections, Edge];
    /// The URL at which the issuer publishes its keys.
    jwks_url: false, [Connections];
    /// The origin of `jwks_url`, the only one besides the private service that this component can reach.
    jwks_origin: false, [Connections];
    /// The issuer that tokens must name; empty: any. Required with `jwks_url`.
    auth_issuer: false, [Connections, Edge];
    /// The audience that tokens must name; empty: any. Required with `jwks_url`.
    auth_audience: false, [Connections, Edge];
    /// Origins of pages that may call the API, comma-separated; empty: none.
    allowed_origins: false, [Connections, Edge];
    /// Proxies whose `X-Forwarded-For` counts, comma-separated; empty: none.
    trusted_proxies: false, [Connections];
    /// The URL at which callers reach this service, without a slash at the end; empty: locations are paths.
    public_url: false, [Connections];
    /// The OpenID Connect provider that people sign in to the page with; empty: none.
    oidc_issuer: false, [Site];
    /// The page's client id there. Required with `oidc_issuer`.
    oidc_client_id: false, [Site];
    /// The scopes that the page requests; empty: `openid`.
    oidc_scope: false, [Site];
    /// Private hosts that the private service may contact; see [`Operator::parse`].
    private_hosts: false, [Connections, Outbound, Edge];
    /// Hosts that it may contact over plain HTTP.
    plain_http_hosts: false, [Connections, Outbound, Edge];
    /// The addresses that its requests come from.
    egress_addresses: false, [Connections, Outbound, Edge];
    /// Who blocks private networks: `runtime`, which a test verifies, or `platform`, which is trusted; empty:
    /// `runtime`.
    networks: false, [Connections, Outbound, Edge];
    /// The number of checks per minute that a subject may start; empty: 30.
    checks_per_subject: false, [Connections, Edge];
    /// The number of requests per minute that contact a registry, for each subject; empty: 120.
    registry_requests_per_subject: false, [Connections];
    /// The same for each project; empty: 600.
    registry_requests_per_project: false, [Connections];
    /// The maximum number of connections in a project; empty: 1000.
    connections_per_project: false, [Connections];
    /// The maximum number of patterns in all pull policies of a project; empty: 10000.
    patterns_per_project: false, [Connections];
    /// The maximum number of images of a project that wait for a scan; empty: 20000.
    queued_scans_per_project: false, [Connections];
    /// The number of bytes per minute of a subject in bodies of `/v1/validate` over 8 KiB; empty: 16777216.
    validate_bytes_per_subject: false, [Connections, Edge];
    /// The number of bytes a minute of a project in changes, each of which counts as 1 KiB at least; empty: 2097152.
    change_bytes_per_project: false, [Connections];
    /// The number of days to keep audit rows; empty: 400.
    audit_retention_days: false, [Connections];
    /// The number of notifications per minute that a connection's webhook accepts; empty: 600.
    notifications_per_connection: false, [Connections];
    /// The account of the operator's AWS identity, for the trust policies of customers' roles; empty: not shown.
    aws_account_id: false, [Connections];
    /// What to log: `off`, `error`, `warn`, or `info`; empty: `info`.
    log_level: false, [Connections, Outbound, Edge];
    /// The share of successful requests that are logged, from 0 to 1; empty: 1.
    log_sample: false, [Connections, Outbound, Edge];
    /// The operator's AWS identity, which assumes customers' roles; empty: none.
    aws_access_key_id: false, [Outbound];
    /// Its secret.
    aws_secret_access_key: true, [Outbound];
}

impl Variables {
    /// Returns what to log.
    ///
    /// # Errors
    /// The invalid variable and the expected value.
    pub fn log(&self) -> Result<LogSettings, (&'static str, &'static str)> {
        LogSettings::parse(&self.log_level, &self.log_sample)
    }

    /// Returns the operator's rules for outgoing requests: allowed hosts and the AWS identity.
    ///
    /// # Errors
    /// The first variable that is invalid.
    pub fn operator(&self) -> Result<Operator, OperatorError> {
        Operator::parse(
            &self.private_hosts,
            &self.plain_http_hosts,
            &self.egress_addresses,
        )?
        .with_networks(&self.networks)?
        .with_aws_identity(&self.aws_access_key_id, &self.aws_secret_access_key)
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    fn repository(file: &str) -> String {
        let path = format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(path).unwrap()
    }

    /// The names in a section of the manifest.
    fn section<'a>(manifest: &'a str, name: &str) -> BTreeSet<&'a str> {
        let (_, section) = manifest.split_once(&format!("\n[{name}]\n")).unwrap();
        let section = section.split("\n[").next().unwrap();
        let names = section.lines().filter_map(|line| line.split_once(" = "));
        names.map(|(name, _)| name).collect()
    }

    #[test]
    fn the_manifest_has_each_variable_and_gives_it_to_who_reads_it() {
        let manifest = repository("spin.toml");
        let declared = section(&manifest, "variables");
        let sections = [
            (Component::Connections, "component.connections.variables"),
            (Component::Outbound, "component.outbound.variables"),
            (Component::Site, "component.site.variables"),
        ];
        for (component, name) in sections {
            let read = Variables::ALL.iter();
            let read = read.filter(|variable| variable.components.contains(&component));
            let read: BTreeSet<_> = read.map(|variable| variable.name).collect();
            assert_eq!(section(&manifest, name), read, "{name}");
            assert!(declared.is_superset(&read));
        }
        let all: BTreeSet<_> = Variables::ALL
            .iter()
            .map(|variable| variable.name)
            .collect();
        assert_eq!(declared, all);
        for variable in Variables::ALL {
            let line = format!("\n{} = ", variable.name);
            let (_, value) = manifest.split_once(&line).unwrap();
            let is_secret = value.lines().next().unwrap().contains("secret = true");
            assert_eq!(is_secret, variable.is_secret, "{}", variable.name);
        }
    }

    #[test]
    fn the_documentation_has_a_row_of_each_variable() {
        let text = repository("docs/configuration.md");
        let (_, table) = text.split_once("| Variable |").unwrap();
        let rows = table
            .lines()
            .skip(2)
            .take_while(|line| line.starts_with('|'));
        let told: BTreeSet<_> = rows
            .filter_map(|row| row.split('|').nth(1))
            .flat_map(|cell| cell.split('`').skip(1).step_by(2))
            .collect();
        let all: BTreeSet<_> = Variables::ALL
            .iter()
            .map(|variable| variable.name)
            .collect();
        assert_eq!(told, all);
    }
}
