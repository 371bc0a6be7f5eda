//! The store: what it is made of, and what it is asked.

mod audit;
pub(crate) mod events;
mod hand_out;
pub(crate) mod inventory;
pub(crate) mod key_set;
mod notices;
mod policies;
pub(crate) mod read;
pub(crate) mod requests;
pub(crate) mod reseal;
mod scans;
pub(crate) mod schedule;
mod sealed;
mod set_aside;
mod settings;
mod statements;
mod sync;
mod tags;
pub(crate) mod uses;
mod write;

use std::collections::BTreeMap;

use crate::{
    database::{Database, Value},
    error::StoreError,
    keys::SealingKeys,
    page::{Cursor, PageSize},
    policy::KeptPolicy,
    quotas::Quotas,
    random::Random,
    row::Columns,
    schema,
    timestamp::Timestamp,
    within::Within,
};

/// Connections at rest. Any number of stores, in any number of instances, may use one database at once.
pub struct Store<D, R> {
    database: D,
    random: R,
    keys: SealingKeys,
    quotas: Quotas,
}

/// The origin of a change, for the audit: subject, address, request and time.
#[derive(Clone, Debug)]
pub struct Change {
    /// The subject of the caller's token.
    pub subject: String,
    /// The caller's address, where it is known.
    pub from: Option<String>,
    /// The id of the request.
    pub request_id: String,
    /// Now, in milliseconds since 1970.
    pub now_ms: i64,
}

impl Change {
    /// A change that the service makes by itself.
    pub(crate) fn of_service(now_ms: i64) -> Self {
        Self {
            subject: "bowline".to_owned(),
            from: None,
            request_id: String::new(),
            now_ms,
        }
    }
}

/// Which connections a list has.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only those whose name, host with its port, or provider's id or title contains this, whatever the case; empty takes all.
    pub search: String,
    /// Only those of this provider.
    pub provider: Option<String>,
    /// Only those whose credentials are known to end by then, those that have ended included.
    pub expiring_by: Option<Timestamp>,
    /// Only those whose credentials were not handed out since then, that are older than that, and that nobody uses.
    pub unused_since: Option<Timestamp>,
    /// The size of a page.
    pub size: PageSize,
    /// The cursor of the page; `None` is the first page.
    pub cursor: Option<Cursor>,
}

/// An edit of a connection; `None` leaves a part as it is. The caller has checked the texts like those of a form.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The new name.
    pub name: Option<String>,
    /// The new description.
    pub description: Option<String>,
    /// The new pull policy; `Some(None)` takes it away.
    pub policy: Option<Option<KeptPolicy>>,
}

impl<D: Database, R: Random> Store<D, R> {
    /// A store over a database. Nothing is done with it yet.
    pub fn new(database: D, random: R, keys: SealingKeys) -> Self {
        Self {
            database,
            random,
            keys,
            quotas: Quotas::default(),
        }
    }

    /// The same with these quotas in place of the usual ones.
    #[must_use]
    pub fn with_quotas(self, quotas: Quotas) -> Self {
        Self { quotas, ..self }
    }

    /// Brings the database to the newest schema. Once for each instance before anything else; may run in several at
    /// once, and while older ones are at work.
    pub async fn migrate(&self, now_ms: i64) -> Result<(), StoreError> {
        schema::migrate(&self.database, now_ms).await
    }

    /// True if the database answers and has the newest schema.
    pub async fn is_current(&self) -> Result<bool, StoreError> {
        schema::is_current(&self.database).await
    }

    /// The database under the store.
    pub fn database(&self) -> &D {
        &self.database
    }

    /// 128 random bits, in hexadecimal.
    fn random_text(&self) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        format!("{:032x}", u128::from_be_bytes(bytes))
    }

    /// Counts a check that `subject` starts, and says how many they started in this minute of the clock, this one
    /// included.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// assert_eq!(store.count_check("ada", NOW).await?, 1);
    /// assert_eq!(store.count_check("ada", NOW).await?, 2);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn count_check(&self, subject: &str, now_ms: i64) -> Result<i64, StoreError> {
        self.count(subject, 1, now_ms).await
    }

    /// Adds an amount to a counter, and says what it came to in this minute of the clock.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// assert_eq!(store.count("bytes of ada", 100, NOW).await?, 100);
    /// assert_eq!(store.count("bytes of ada", 50, NOW).await?, 150);
    /// assert_eq!(store.count("bytes of ada", 50, NOW + 60_000).await?, 50);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn count(&self, counter: &str, amount: i64, now_ms: i64) -> Result<i64, StoreError> {
        let minute = now_ms.div_euclid(60_000);
        let rows = self
            .database
            .query(COUNT, vec![counter.into(), minute.into(), amount.into()])
            .await?;
        let row = rows
            .into_iter()
            .next()
            .ok_or(StoreError::Corrupt("checks"))?;
        Columns::of(row).integer("checks")
    }
}

const COUNT: &str = "INSERT INTO check_counts (subject, minute, checks) VALUES (?1, ?2, ?3)
    ON CONFLICT (subject) DO UPDATE SET
        checks = excluded.checks + CASE WHEN check_counts.minute = excluded.minute THEN check_counts.checks ELSE 0 END,
        minute = excluded.minute
    RETURNING checks";

/// The columns of a connection, in the order in which [`read::connection`] takes them; `?1` is always now.
macro_rules! columns {
    () => {
        concat!(
            "id, project, name, description, provider, auth, purpose, endpoint, plain_values, secrets, policy,
        trusted_auth_hosts, image,
        ",
        crate::store::current_uses!(),
        ",
        version, created_at, updated_at, credentials_changed_at, last_used_at, expires_at,
        check_at, check_ok, check_proved, check_problem"
        )
    };
}
pub(crate) use columns;

/// The uses of a connection as JSON: the declared ones first, then scanners, then hand-outs, the latest first, and no more
/// than an answer has room for; `?1` is now.
macro_rules! current_uses {
    () => {
        "(SELECT CAST(COALESCE(json_group_array(json_object('kind', kind, 'consumer', consumer, 'title', title,
            'until', until)), '[]') AS TEXT) FROM (
            SELECT 'declared' AS kind, consumer, title, until FROM uses
                WHERE uses.connection = connections.id AND uses.until > ?1
            UNION ALL SELECT 'scan', scanner, scanner, MAX(deadline) FROM scans
                WHERE scans.connection = connections.id AND scans.state = 'leased' AND deadline > ?1 GROUP BY scanner
            UNION ALL SELECT * FROM (SELECT 'hand-out', subject, subject, at + 3600000 FROM hand_outs
                WHERE hand_outs.connection = connections.id AND at > ?1 - 3600000 ORDER BY at DESC) AS handed_out
            LIMIT 300) AS current)"
    };
}
pub(crate) use current_uses;

/// One of each key, in the order of the keys: the first, unless another `replaces` it. PostgreSQL does not take a row twice
/// in a statement.
fn one_of_each<'a, T, K: Ord>(
    items: &'a [T],
    key: impl Fn(&'a T) -> K,
    replaces: impl Fn(&T, &T) -> bool,
) -> Vec<&'a T> {
    let mut chosen: BTreeMap<K, &T> = BTreeMap::new();
    for item in items {
        let kept = chosen.entry(key(item)).or_insert(item);
        if replaces(item, kept) {
            *kept = item;
        }
    }
    chosen.into_values().collect()
}

/// JSON as a parameter.
fn json(value: &impl serde::Serialize) -> Result<Value, StoreError> {
    serde_json::to_string(value)
        .map(Value::Text)
        .map_err(|_| StoreError::Corrupt("json"))
}

/// The condition that a project is among those of a parameter, which is NULL for all.
macro_rules! project_within {
    ($project:literal, $parameter:literal) => {
        concat!(
            " AND (",
            $parameter,
            " IS NULL OR ",
            $project,
            " IN (SELECT value FROM json_each(",
            $parameter,
            ")))"
        )
    };
}

/// The same of the project of a connection.
macro_rules! connection_within {
    ($connection:literal, $parameter:literal) => {
        concat!(
            " AND (",
            $parameter,
            " IS NULL OR EXISTS (SELECT 1 FROM connections AS owner WHERE owner.id = ",
            $connection,
            " AND owner.project IN (SELECT value FROM json_each(",
            $parameter,
            "))))"
        )
    };
}
pub(in crate::store) use {connection_within, project_within};

/// The parameter of these conditions.
fn within_parameter(within: Within<'_>) -> Result<Value, StoreError> {
    match within {
        Within::All => Ok(Value::Null),
        Within::Projects(projects) => json(&projects),
    }
}

/// JSON or NULL.
fn optional_json(value: Option<&impl serde::Serialize>) -> Result<Value, StoreError> {
    value.map_or(Ok(Value::Null), json)
}

/// A name as it is compared: whatever the case.
fn name_key(name: &str) -> String {
    name.to_lowercase()
}
