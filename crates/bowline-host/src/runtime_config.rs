//! The operator's runtime configuration: `runtime-config.toml`.
//!
//! As in the manifest, a key that this host does not implement is an error that names it.

use crate::{
    manifest::{ManifestError, from_toml},
    networks::{BlockedNetworks, NetworkError},
};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The operator's configuration in addition to the manifest. The default, without a file, blocks no network.
#[derive(Debug, Default)]
pub struct RuntimeConfig {
    /// The blocked networks.
    pub blocked: BlockedNetworks,
    /// Database files outside the default location, by label; relative to the state directory.
    pub databases: BTreeMap<String, Option<PathBuf>>,
    /// Certificate authorities and their scope.
    pub client_tls: Vec<ClientTls>,
}

/// One `[[client_tls]]` entry: which roots a TLS handshake trusts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientTls {
    /// The components that it applies to.
    pub component_ids: Vec<String>,
    /// The hosts that it applies to; every host if empty.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// PEM certificates to trust, relative to the runtime configuration.
    pub ca_roots_file: Option<PathBuf>,
    /// Whether public authorities are trusted, too. The default is true without `ca_roots_file`, and false with it.
    pub ca_use_webpki_roots: Option<bool>,
}

/// Why a runtime configuration is invalid.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeConfigError {
    /// The file cannot be read, is not TOML, or has a key that is not implemented.
    #[error(transparent)]
    Document(#[from] ManifestError),
    /// An entry of `block_networks` that is not a network.
    #[error("[outbound_networking] block_networks: {0}")]
    Network(#[from] NetworkError),
    /// A database with a key that is unknown, missing, or of the wrong type.
    #[error("[sqlite_database.{label}]: {message}")]
    Database {
        /// The database.
        label: String,
        /// The error.
        message: String,
    },
    /// A database of another type than `spin`.
    #[error(
        "[sqlite_database.{label}] type = \"{kind}\" isn't supported: this host keeps databases in files (type = \"spin\")"
    )]
    DatabaseType {
        /// The database.
        label: String,
        /// Its type.
        kind: String,
    },
}

impl RuntimeConfig {
    /// Loads a configuration from a file.
    pub fn load(path: &Path) -> Result<Self, RuntimeConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ManifestError::Unreadable {
            path: path.to_owned(),
            error,
        })?;
        let file = path.file_name().unwrap_or(path.as_os_str());
        let mut config = Self::parse(&text, &file.to_string_lossy())?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for entry in &mut config.client_tls {
            entry.ca_roots_file = entry.ca_roots_file.take().map(|roots| folder.join(roots));
        }
        Ok(config)
    }

    /// Parses a configuration. `file` is the file name for errors.
    pub fn parse(text: &str, file: &str) -> Result<Self, RuntimeConfigError> {
        let document: Document = from_toml(text, file)?;
        let mut databases = BTreeMap::new();
        for (label, table) in document.sqlite_database {
            let path = Database::path(table, &label)?;
            databases.insert(label, path);
        }
        let networks = document.outbound_networking.block_networks;
        Ok(Self {
            blocked: BlockedNetworks::parse(networks.iter().map(String::as_str))?,
            databases,
            client_tls: document.client_tls,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    outbound_networking: OutboundNetworking,
    #[serde(default)]
    sqlite_database: BTreeMap<String, toml::Table>,
    #[serde(default)]
    client_tls: Vec<ClientTls>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutboundNetworking {
    #[serde(default)]
    block_networks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Database {
    #[serde(rename = "type")]
    _kind: String,
    path: Option<PathBuf>,
}

impl Database {
    /// The type is checked first: the keys of another type are not the mistake to name.
    fn path(table: toml::Table, label: &str) -> Result<Option<PathBuf>, RuntimeConfigError> {
        match table.get("type").and_then(toml::Value::as_str) {
            Some("spin") | None => {}
            Some(kind) => {
                return Err(RuntimeConfigError::DatabaseType {
                    label: label.to_owned(),
                    kind: kind.to_owned(),
                });
            }
        }
        let database = Self::deserialize(table).map_err(|error| RuntimeConfigError::Database {
            label: label.to_owned(),
            message: error.message().to_owned(),
        })?;
        Ok(database.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_keys_are_read() {
        let config = RuntimeConfig::parse(
            r#"
            [outbound_networking]
            block_networks = ["private", "1.1.1.1/32"]
            [sqlite_database.default]
            type = "spin"
            path = "elsewhere.db"
            [[client_tls]]
            component_ids = ["outbound"]
            hosts = ["registry.test"]
            ca_roots_file = "ca.pem"
            "#,
            "runtime-config.toml",
        )
        .unwrap();
        assert!(config.blocked.contains("10.0.0.1".parse().unwrap()));
        assert_eq!(
            config.databases["default"].as_deref(),
            Some(Path::new("elsewhere.db"))
        );
        assert_eq!(config.client_tls[0].hosts, ["registry.test"]);
    }

    #[test]
    fn the_shipped_file_is_read() {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime-config.toml");
        let config = RuntimeConfig::load(&shipped).unwrap();
        assert!(config.blocked.contains("168.63.129.16".parse().unwrap()));
    }

    #[test]
    fn errors_name_the_key() {
        let cases = [
            (
                "unknown table",
                "[key_value_store.default]\ntype = \"spin\"",
                "key_value_store",
            ),
            (
                "unknown key",
                "[outbound_networking]\nmax_connections = 1",
                "max_connections",
            ),
            (
                "unknown TLS key",
                "[[client_tls]]\ncomponent_ids = []\nclient_cert_file = \"c\"",
                "client_cert_file",
            ),
            (
                "no network",
                "[outbound_networking]\nblock_networks = [\"10.0.0.0/40\"]",
                "10.0.0.0/40",
            ),
            (
                "other database",
                "[sqlite_database.default]\ntype = \"libsql\"",
                "libsql",
            ),
        ];
        for (name, text, expected) in cases {
            let error = RuntimeConfig::parse(text, "runtime-config.toml")
                .unwrap_err()
                .to_string();
            assert!(error.contains(expected), "{name}: {error}");
        }
    }

    #[test]
    fn an_error_never_repeats_a_value() {
        let cases = [
            (
                "database of another type",
                "type = \"libsql\"\ntoken = \"s3cret\"",
                "\"libsql\" isn't supported",
            ),
            (
                "unknown database key",
                "type = \"spin\"\ntoken = \"s3cret\"",
                "`token`",
            ),
            ("broken line", "type = \"spin\"\ntoken = \"s3cret", "line 3"),
        ];
        for (name, database, expected) in cases {
            let text = format!("[sqlite_database.default]\n{database}");
            let error = RuntimeConfig::parse(&text, "runtime-config.toml")
                .unwrap_err()
                .to_string();
            assert!(
                error.contains(expected) && !error.contains("s3cret"),
                "{name}: {error}"
            );
        }
    }
}
