//! Resealing: moving connections from the keys that only open to the one that seals.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Change, Store, columns, json, project_within,
    read::{binding, connection},
    within_parameter,
};
use crate::{
    connection::Connection,
    database::{Database, Row},
    error::StoreError,
    fingerprint::fingerprint,
    id::ConnectionId,
    page::{Cursor, PageSize},
    random::Random,
    row::Columns,
    seal,
    within::Within,
};

/// The outcome of a step of resealing, and its progress.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Resealing {
    /// The number of connections that were resealed.
    pub resealed: usize,
    /// Those that do not open, and stay as they are.
    pub unsealable: Vec<Unsealable>,
    /// The cursor of the next step; `None` at the end.
    pub next: Option<Cursor>,
    /// The number of connections that each key seals now, by its id. A key can go from the operator's list when it
    /// seals none.
    pub sealed_by: BTreeMap<String, i64>,
}

/// A connection that does not open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unsealable {
    /// The project that it belongs to.
    pub project: String,
    /// Which it is.
    pub id: ConnectionId,
}

/// The audit's entry of a resealing.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resealed<'a> {
    at: i64,
    subject: &'a str,
    from: Option<&'a str>,
    request_id: &'a str,
}

impl<'a> Resealed<'a> {
    fn by(change: &'a Change) -> Self {
        Self {
            at: change.now_ms,
            subject: &change.subject,
            from: change.from.as_deref(),
            request_id: &change.request_id,
        }
    }
}

const SEALED_WITH: &str = concat!(
    "SELECT ",
    columns!(),
    ", sealed FROM connections WHERE key_id = ?2 AND id > ?3",
    project_within!("project", "?5"),
    " ORDER BY id LIMIT ?4"
);

// The customer changed nothing, so the version stays; a trigger tells the audit. Who set new credentials meanwhile has
// sealed them anew, and keeps them.
const RESEAL: &str =
    "UPDATE connections SET sealed = ?3, key_id = ?4, fingerprint = ?5, resealed = ?6
    WHERE id = ?1 AND sealed = ?2 AND deleted_at IS NULL
    RETURNING id";

const SEALED_BY: &str = concat!(
    "SELECT key_id, count(*) FROM connections WHERE key_id IS NOT NULL",
    project_within!("project", "?1"),
    " GROUP BY key_id"
);

impl<D: Database, R: Random> Store<D, R> {
    /// Reseals up to `size` connections of some projects with the first key, from `cursor` on. Any number of instances may do so at
    /// once.
    ///
    /// Connections that an instance without the first key seals meanwhile may be passed over; `sealed_by` tells, and
    /// another round finds them. So do connections whose key is no more among the operator's.
    pub async fn reseal(
        &self,
        within: Within<'_>,
        change: &Change,
        size: PageSize,
        cursor: Option<&Cursor>,
    ) -> Result<Resealing, StoreError> {
        let mut rows = self
            .sealed_with_others(within, size, cursor, change.now_ms)
            .await?;
        let more = rows.len() > size.items();
        rows.truncate(size.items());
        let (mut resealed, mut unsealable, mut last) = (0_usize, Vec::new(), None);
        for (key_id, row) in rows {
            let mut columns = Columns::of(row);
            let connection = connection(&mut columns)?;
            let sealed = columns.blob("sealed")?;
            last = Some(Cursor(format!("{key_id} {}", connection.id)));
            match self.reseal_one(change, &connection, sealed).await {
                Ok(done) => resealed = resealed.saturating_add(usize::from(done)),
                Err(StoreError::Unsealable) => unsealable.push(Unsealable {
                    project: connection.project,
                    id: connection.id,
                }),
                Err(error) => return Err(error),
            }
        }
        Ok(Resealing {
            resealed,
            unsealable,
            next: last.filter(|_| more),
            sealed_by: self.sealed_by(within).await?,
        })
    }

    /// The rows that come after `cursor`, and one more than a step has, each with the key that sealed it.
    async fn sealed_with_others(
        &self,
        within: Within<'_>,
        size: PageSize,
        cursor: Option<&Cursor>,
        now_ms: i64,
    ) -> Result<Vec<(&str, Row)>, StoreError> {
        let place = cursor.and_then(|Cursor(place)| place.split_once(' '));
        let others = self.keys.others();
        let begun = place.and_then(|(key, _)| others.iter().position(|other| other.id == key));
        let mut rows = Vec::new();
        for (number, key) in others.iter().enumerate().skip(begun.unwrap_or(0)) {
            let after = place
                .filter(|_| begun == Some(number))
                .map_or("", |(_, id)| id);
            let wanted = size.one_more().saturating_sub_unsigned(rows.len() as u64);
            let parameters = vec![
                now_ms.into(),
                key.id.as_str().into(),
                after.into(),
                wanted.into(),
                within_parameter(within)?,
            ];
            let found = self.database.query(SEALED_WITH, parameters).await?;
            rows.extend(found.into_iter().map(|row| (key.id.as_str(), row)));
        }
        Ok(rows)
    }

    /// Reseals it; false if its secrets were replaced meanwhile.
    async fn reseal_one(
        &self,
        change: &Change,
        connection: &Connection,
        sealed: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let secrets = seal::open(&self.keys, binding(connection), &sealed)?;
        let named: Vec<_> = secrets
            .iter()
            .map(|(name, secret)| (name.as_str(), secret))
            .collect();
        let anew = seal::seal(&self.keys, &self.random, binding(connection), &named)?;
        let values = secrets.values().map(|secret| secret.expose());
        let parameters = vec![
            connection.id.to_string().into(),
            sealed.into(),
            anew.value.into(),
            anew.key_id.into(),
            fingerprint(self.keys.sealing(), &connection.provider, values).into(),
            json(&Resealed::by(change))?,
        ];
        Ok(self.first(RESEAL, parameters).await?.is_some())
    }

    async fn sealed_by(&self, within: Within<'_>) -> Result<BTreeMap<String, i64>, StoreError> {
        let parameters = vec![within_parameter(within)?];
        let rows = self.database.query(SEALED_BY, parameters).await?;
        let count = |row| {
            let mut columns = Columns::of(row);
            Ok((columns.text("key_id")?, columns.integer("count")?))
        };
        rows.into_iter().map(count).collect()
    }
}
