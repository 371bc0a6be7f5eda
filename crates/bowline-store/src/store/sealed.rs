//! The sealed secrets of a connection, with what the audit says of them.

use bowline::secret::Secret;
use std::collections::BTreeMap;

use crate::{
    connection::{Connection, purpose_text},
    database::Value,
    error::StoreError,
    keys::SealingKeys,
    row::Columns,
    seal::{self, Binding, SealedForSeveral},
};

/// The number of the next row of a project's audit, inside a statement.
macro_rules! next_audit_number {
    ($project:literal) => {
        concat!(
            "(SELECT COALESCE(MAX(number), 0) + 1 FROM audit_heads WHERE project = ",
            $project,
            ")"
        )
    };
}

/// The columns that [`StoredSecrets::of`] takes.
macro_rules! sealed_columns {
    () => {
        concat!(
            "sealed, ",
            $crate::store::sealed::last_made!("number"),
            ", ",
            $crate::store::sealed::last_made!("keyed")
        )
    };
}

/// A column of the last row of the audit that made or ended the secrets of a connection.
macro_rules! last_made {
    ($column:literal) => {
        concat!(
            "(SELECT made.",
            $column,
            " FROM audit AS made
            WHERE made.project = connections.project AND made.connection = connections.id
                AND made.action IN ('create', 'credentials', 'reseal', 'delete')
            ORDER BY made.number DESC LIMIT 1)"
        )
    };
}
pub(super) use {last_made, next_audit_number, sealed_columns};

/// The sealed value of a row.
pub(super) struct StoredSecrets {
    pub(super) sealed: Vec<u8>,
    /// The number of the row of the audit that made it; `None` where an instance of before did.
    pub(super) generation: Option<i64>,
}

impl StoredSecrets {
    pub(super) fn of(columns: &mut Columns) -> Result<Self, StoreError> {
        let sealed = columns.blob("sealed")?;
        let number = columns.optional_integer("number")?;
        // What the audit says decides, not the format of the value: an old one that is put back must not pass.
        let is_keyed = columns.optional_integer("keyed")? == Some(1);
        Ok(Self {
            sealed,
            generation: number.filter(|_| is_keyed),
        })
    }

    pub(super) fn open(
        &self,
        keys: &SealingKeys,
        connection: &Connection,
    ) -> Result<BTreeMap<String, Secret>, StoreError> {
        seal::open(keys, binding(connection, self.generation), &self.sealed)
    }
}

/// The associated data of a connection's sealed value.
pub(super) fn binding(connection: &Connection, generation: Option<i64>) -> Binding<'_> {
    Binding {
        project: &connection.project,
        id: connection.id,
        provider: &connection.provider,
        auth: &connection.auth,
        endpoint: &connection.endpoint,
        purpose: purpose_text(connection.purpose),
        values: &connection.values,
        trusted_auth_hosts: &connection.trusted_auth_hosts,
        expires_at: connection.expires_at.map(|time| time.0),
        generation,
    }
}

/// The values, their key, the first number, the length of a value and how many there are.
pub(super) fn parameters(sealed: SealedForSeveral) -> [Value; 5] {
    [
        sealed.values.into(),
        sealed.key_id.into(),
        sealed.first.into(),
        sealed.length.into(),
        sealed.number.into(),
    ]
}
