//! The errors of the store.

use std::{error::Error, fmt};

use crate::{connection::Use, database::DatabaseError, quotas::Quota};

/// An error of the store. No variant holds a secret.
#[derive(Clone, Debug, PartialEq)]
pub enum StoreError {
    /// The project has no such connection.
    NotFound,
    /// The project has a connection of this name, whatever the case.
    NameTaken,
    /// The project already has a connection to this endpoint for this purpose.
    EndpointTaken,
    /// The form does not tell the endpoint, and nobody found it out.
    EndpointUnresolved,
    /// New credentials are for another endpoint, provider or purpose than the connection.
    EndpointImmutable,
    /// The connection has another version than was expected.
    VersionMismatch {
        /// The version that it has.
        current: i64,
    },
    /// The connection is in use.
    InUse(Vec<Use>),
    /// As many use the connection as may.
    TooManyUses,
    /// Somebody else has the image by now, or its scan has ended otherwise.
    LeaseLost,
    /// The project would have more of this than the operator allows.
    QuotaExceeded {
        /// What.
        quota: Quota,
        /// The most that it may have.
        most: i64,
    },
    /// The database is locked, or others were faster again and again; the same call may do later.
    Busy,
    /// The connection is to a provider that this build does not know: a newer one kept it. It is listed, but it cannot be
    /// opened.
    UnknownProvider,
    /// The secrets are sealed with a key that the operator no longer lists.
    UnknownKey,
    /// The sealed secrets do not belong to this row as it stands, or were damaged.
    Unsealable,
    /// The value of this column is not the one that the service wrote.
    Tampered(&'static str),
    /// A row holds what this crate does not write: in this column.
    Corrupt(&'static str),
    /// The database failed, in its words.
    Database(String),
}

impl StoreError {
    /// The stable code, where there is one among those of the HTTP API; `internal` is told to nobody but the log.
    pub fn code(&self) -> &'static str {
        self.row().0
    }

    fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("not_found", "there is no such connection in this project"),
            Self::NameTaken => ("name.taken", "the project has a connection of this name"),
            Self::EndpointTaken => (
                "endpoint.taken",
                "the project has a connection to this registry for this purpose",
            ),
            Self::EndpointUnresolved => {
                ("endpoint.unresolved", "the registry's address is not known")
            }
            Self::EndpointImmutable => (
                "endpoint.immutable",
                "a connection stays with its provider, endpoint and purpose",
            ),
            Self::VersionMismatch { .. } => (
                "precondition.failed",
                "the connection was changed meanwhile",
            ),
            Self::InUse(_) => ("connection.in_use", "the connection is in use"),
            Self::TooManyUses => ("uses.too_many", "as many use the connection as may"),
            Self::LeaseLost => ("lease.lost", "the lease of the scan is lost"),
            Self::QuotaExceeded { .. } => (
                "quota.exceeded",
                "the project would have more than the operator allows",
            ),
            Self::Busy => ("store.busy", "the database is busy"),
            Self::UnknownProvider => (
                "provider.unknown",
                "this build does not know the connection's provider",
            ),
            Self::UnknownKey => (
                "config.sealing_keys",
                "the key that sealed the secrets is not among the operator's",
            ),
            Self::Unsealable => (
                "internal",
                "the sealed secrets do not belong to the row that holds them",
            ),
            Self::Tampered(_) => ("internal", "a value was changed behind the service's back"),
            Self::Corrupt(_) => ("internal", "a row holds what it cannot hold"),
            Self::Database(_) => ("internal", "the database failed"),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, text) = self.row();
        match self {
            Self::QuotaExceeded { quota, most } => write!(f, "{text}: {quota}, {most} at most"),
            Self::Corrupt(column) | Self::Tampered(column) => write!(f, "{text}: {column}"),
            Self::Database(message) => write!(f, "{text}: {message}"),
            _ => f.write_str(text),
        }
    }
}

impl Error for StoreError {}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Busy => Self::Busy,
            DatabaseError::Conflict => Self::Database(error.to_string()),
            DatabaseError::Failed(message) => Self::Database(message),
        }
    }
}
