//! Resealing: moving connections, and the tags of other values, from the keys that only open to the one that seals.

mod retagging;

use std::collections::BTreeMap;

use serde::Serialize;

use self::retagging::Place;
use super::{
    Change, Store, columns, connection_within, json, project_within,
    read::connection,
    sealed::{StoredSecrets, binding, parameters, sealed_columns},
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
    /// The number of values that each key protects now, by its id: secrets of connections and of notices, external ids,
    /// event addresses and checkpoints of the audit. A key can go from the operator's list when it protects none.
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
    /// The next number of the audit when it was read, so that no two resealings of a row are equal: the trigger tells the
    /// audit of those that differ.
    next: i64,
}

impl<'a> Resealed<'a> {
    fn by(change: &'a Change, next: i64) -> Self {
        Self {
            at: change.now_ms,
            subject: &change.subject,
            from: change.from.as_deref(),
            request_id: &change.request_id,
            next,
        }
    }
}

const SEALED_WITH: &str = concat!(
    "SELECT ",
    columns!(),
    ", ",
    sealed_columns!(),
    " FROM connections WHERE key_id = ?2 AND id > ?3",
    project_within!("project", "?5"),
    " ORDER BY id LIMIT ?4"
);

const SEALED_BY: &str = concat!(
    "SELECT key_id, CAST(SUM(number) AS BIGINT) FROM (
        SELECT key_id, count(*) AS number FROM connections WHERE key_id IS NOT NULL",
    project_within!("project", "?1"),
    " GROUP BY key_id
        UNION ALL SELECT external_id_key, count(*) FROM settings WHERE external_id_key IS NOT NULL",
    project_within!("project", "?1"),
    " GROUP BY external_id_key
        UNION ALL SELECT tag_key, count(*) FROM event_addresses WHERE tag_key IS NOT NULL",
    connection_within!("event_addresses.connection", "?1"),
    " GROUP BY tag_key
        UNION ALL SELECT key_id, count(*) FROM audit_checkpoints WHERE key_id > ''",
    project_within!("project", "?1"),
    " GROUP BY key_id
        UNION ALL SELECT key_id, count(*) FROM notice_endpoints WHERE key_id > ''",
    project_within!("project", "?1"),
    " GROUP BY key_id) AS counted
    GROUP BY key_id"
);

impl<D: Database, R: Random> Store<D, R> {
    /// Reseals up to `size` connections of some projects with the first key, from `cursor` on, and after the last one gives
    /// up to `size` other values a tag by it. Any number of instances may do so at once.
    ///
    /// Connections that an instance without the first key seals meanwhile may be passed over, and so may secrets of notices
    /// beyond `size`; `sealed_by` tells, and another round finds them. So do connections whose key is no more among the
    /// operator's.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let step = store.reseal(Within::All, &change(), PageSize::default(), None).await?;
    /// assert_eq!((step.resealed, step.next, step.sealed_by["k1"]), (0, None, 1));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn reseal(
        &self,
        within: Within<'_>,
        change: &Change,
        size: PageSize,
        cursor: Option<&Cursor>,
    ) -> Result<Resealing, StoreError> {
        if let Some(place) = cursor.and_then(Place::of) {
            return Ok(Resealing {
                resealed: 0,
                unsealable: Vec::new(),
                next: self.retag(within, size, place).await?,
                sealed_by: self.sealed_by(within).await?,
            });
        }
        if cursor.is_none() {
            self.reseal_notices(within, size).await?;
        }
        let mut rows = self
            .sealed_with_others(within, size, cursor, change.now_ms)
            .await?;
        let more = rows.len() > size.items();
        rows.truncate(size.items());
        let (mut resealed, mut unsealable, mut last) = (0_usize, Vec::new(), None);
        for (key_id, row) in rows {
            let mut columns = Columns::of(row);
            let connection = connection(&mut columns)?;
            let sealed = StoredSecrets::of(&mut columns)?;
            last = Some(Cursor(format!("{key_id} {}", connection.id)));
            match self.reseal_one(change, &connection, &sealed).await {
                Ok(done) => resealed = resealed.saturating_add(usize::from(done)),
                Err(StoreError::Unsealable) => unsealable.push(Unsealable {
                    project: connection.project,
                    id: connection.id,
                }),
                Err(error) => return Err(error),
            }
        }
        let next = match last {
            Some(last) if more => Some(last),
            _ => self.retag(within, size, Place::default()).await?,
        };
        Ok(Resealing {
            resealed,
            unsealable,
            next,
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

    /// Reseals it; false if its secrets were replaced meanwhile, or the audit of its project went on too fast.
    pub(super) async fn reseal_one(
        &self,
        change: &Change,
        connection: &Connection,
        sealed: &StoredSecrets,
    ) -> Result<bool, StoreError> {
        let secrets = sealed.open(&self.keys, connection)?;
        let named: Vec<_> = secrets
            .iter()
            .map(|(name, secret)| (name.as_str(), secret))
            .collect();
        let next = self.next_audit_number(&connection.project).await?;
        let binding = binding(connection, Some(next));
        let anew = seal::seal_for_several(&self.keys, &self.random, binding, &named)?;
        let values = secrets.values().map(|secret| secret.expose());
        let [values_anew, key_id, first, length, number] = parameters(anew);
        let parameters = vec![
            connection.id.to_string().into(),
            sealed.sealed.clone().into(),
            values_anew,
            key_id,
            fingerprint(self.keys.sealing(), &connection.provider, values).into(),
            json(&Resealed::by(change, next))?,
            connection.project.as_str().into(),
            first,
            length,
            number,
        ];
        let is_done = self
            .first(self.statements().reseal, parameters)
            .await?
            .is_some();
        if is_done {
            self.link_audit_of(&connection.project).await;
        }
        Ok(is_done)
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
