//! The addresses at which registries announce what happens to images, and what of it is still to be done.
//!
//! Who knows the secret of an address is let in. Only its SHA-256 is kept: 128 random bits cannot be searched for, so
//! a slow hash would protect nothing more. The hash has a keyed tag, so that nobody can put in one of their own.

use bowline::secret::Secret;
use serde::Serialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::{
    Change, Store, connection_within, json, one_of_each, tags::Tag, within_parameter,
    write::change_parameters,
};
use crate::{
    database::{Database, Row},
    error::StoreError,
    id::ConnectionId,
    keys::{Purpose, SealingKeys},
    random::Random,
    row::Columns,
    timestamp::Timestamp,
    within::Within,
};

/// The most tags of a connection that may wait. The next sync finds what is announced beyond them.
const MOST_PENDING: i64 = 1000;

/// The longest time that a tag waits, in milliseconds: a day, after which a sync has found it.
const LONGEST_WAIT_MS: i64 = 24 * 60 * 60 * 1000;

const READ: &str = "SELECT hash IS NOT NULL, event_addresses.created_at, COALESCE(received, 0), COALESCE(unknown, 0),
        last_received_at
    FROM connections LEFT JOIN event_addresses ON connection = id
    WHERE id = ?1 AND project = ?2 AND deleted_at IS NULL";

const RENEW: &str = "INSERT INTO event_addresses (connection, hash, created_at, received, unknown, minute, requests,
        changed_by, changed_from, request_id, tagged, tag, tag_key)
    SELECT id, ?4, ?1, 0, 0, 0, 0, ?5, ?6, ?7, ?4, ?8, ?9 FROM connections
    WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL
    ON CONFLICT (connection) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at,
        changed_by = excluded.changed_by, changed_from = excluded.changed_from, request_id = excluded.request_id,
        tagged = excluded.tagged, tag = excluded.tag, tag_key = excluded.tag_key
    RETURNING 1, created_at, received, unknown, last_received_at";

const END: &str = "UPDATE event_addresses SET hash = NULL, tagged = NULL, tag = NULL, tag_key = ?7, created_at = ?1,
        changed_by = ?4, changed_from = ?5, request_id = ?6
    WHERE connection = ?2 AND hash IS NOT NULL
        AND EXISTS (SELECT 1 FROM connections WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL)
    RETURNING connection";

// The last column says that a hash without a tag is none that the service wrote.
const HASH: &str = "SELECT project, hash, tagged IS NOT DISTINCT FROM hash, tag, tag_key,
        COALESCE((SELECT COALESCE(made.keyed, 0) FROM audit AS made
            WHERE made.project = connections.project AND made.connection = connections.id AND made.action = 'events'
            ORDER BY made.number DESC LIMIT 1), 1)
    FROM event_addresses JOIN connections ON id = connection
    WHERE connection = ?1 AND deleted_at IS NULL AND hash IS NOT NULL";

const TAG: &str = "UPDATE event_addresses SET tagged = hash, tag = ?3, tag_key = ?4
    WHERE connection = ?1 AND hash = ?2";

const COUNT: &str = "UPDATE event_addresses SET received = received + ?2, unknown = unknown + ?3, last_received_at = ?4,
        requests = CASE WHEN minute = ?5 THEN requests + 1 ELSE 1 END, minute = ?5
    WHERE connection = ?1 AND hash IS NOT NULL RETURNING requests";

const FORGET: &str = concat!(
    "DELETE FROM pending_events WHERE retry_at <= ?1 AND since <= ?1 - ?2",
    connection_within!("pending_events.connection", "?3")
);

// What is taken rests for a minute, then for two, for four, up to an hour. Who dies over it leaves it to the next.
const TAKE: &str = concat!(
    "WITH due AS (SELECT waiting.connection, waiting.repository, waiting.tag FROM
            (SELECT connection, repository FROM pending_events WHERE retry_at <= ?1",
    connection_within!("pending_events.connection", "?3"),
    " ORDER BY retry_at LIMIT 1) AS first
            JOIN pending_events AS waiting
                ON waiting.connection = first.connection AND waiting.repository = first.repository
            WHERE waiting.retry_at <= ?1 LIMIT ?2 /*+ FOR UPDATE OF waiting SKIP LOCKED */)
    UPDATE pending_events SET attempts = attempts + 1,
        retry_at = ?1 + 60000 * (1 << MIN(attempts, 6))
    WHERE (connection, repository, tag) IN (SELECT connection, repository, tag FROM due)
    RETURNING connection, (SELECT project FROM connections WHERE id = connection), repository, tag, digest, removed,
        at, since"
);

const DONE: &str = "DELETE FROM pending_events
    WHERE connection = ?1 AND repository = ?2 AND tag = ?3 AND since = ?4";

/// The address of a connection, without its secret.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventAddress {
    /// True if it has a secret, so that a sender can authenticate.
    pub enabled: bool,
    /// When the secret was made, or ended.
    pub created_at: Option<Timestamp>,
    /// The number of events of images that it received.
    pub received: i64,
    /// The number of other events: of other kinds or registries, or not understood.
    pub unknown: i64,
    /// When something was announced last.
    pub last_received_at: Option<Timestamp>,
}

/// An announced event of a tag that the registry has to be asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PendingEvent {
    /// The repository's path, without the host.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The announced digest, if there is one.
    pub digest: Option<String>,
    /// True if the tag was announced as removed.
    pub removed: bool,
    /// When, by the registry's clock, in milliseconds since 1970; where that was said.
    pub at: Option<i64>,
}

/// A pending event that was taken to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenEvent {
    /// The connection's project.
    pub project: String,
    /// The connection to the registry.
    pub connection: ConnectionId,
    /// The event.
    pub event: PendingEvent,
    since: i64,
}

impl<D: Database, R: Random> Store<D, R> {
    /// The address of a connection.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// assert!(!store.event_address("acme", made.id).await?.enabled);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn event_address(
        &self,
        project: &str,
        id: ConnectionId,
    ) -> Result<EventAddress, StoreError> {
        let row = self.first(READ, vec![id.to_string().into(), project.into()]);
        address(row.await?.ok_or(StoreError::NotFound)?)
    }

    /// Makes a new secret for the address of a connection and gives it, this once. The one before lets nobody in any
    /// more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let (address, secret) = store.renew_event_secret(&change(), "acme", made.id).await?;
    /// assert!(address.enabled);
    /// assert_eq!(store.admit_event(made.id, &[secret.expose()]).await?, "acme");
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn renew_event_secret(
        &self,
        change: &Change,
        project: &str,
        id: ConnectionId,
    ) -> Result<(EventAddress, Secret), StoreError> {
        let secret = Secret::new(self.random_text());
        let hash = hash(secret.expose());
        let Tag { key_id, tag } = tag(&self.keys, project, id, &hash)?;
        let mut parameters = vec![
            change.now_ms.into(),
            id.to_string().into(),
            project.into(),
            hash.into(),
        ];
        parameters.extend(change_parameters(change));
        parameters.extend([tag.into(), key_id.into()]);
        let row = self.first(RENEW, parameters).await?;
        let address = address(row.ok_or(StoreError::NotFound)?)?;
        self.link_audit_of(project).await;
        Ok((address, secret))
    }

    /// Ends the address of a connection: nobody is let in.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] also where nobody was.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let (_, secret) = store.renew_event_secret(&change(), "acme", made.id).await?;
    /// store.end_events(&change(), "acme", made.id).await?;
    /// assert_eq!(store.admit_event(made.id, &[secret.expose()]).await, Err(StoreError::NotFound));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn end_events(
        &self,
        change: &Change,
        project: &str,
        id: ConnectionId,
    ) -> Result<(), StoreError> {
        let mut parameters = vec![change.now_ms.into(), id.to_string().into(), project.into()];
        parameters.extend(change_parameters(change));
        parameters.push(self.keys.sealing().id.as_str().into());
        let ended = self.first(END, parameters).await?;
        ended.ok_or(StoreError::NotFound)?;
        self.link_audit_of(project).await;
        Ok(())
    }

    /// The project of a connection to whose address one of `secrets` lets in.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], whether the secret is wrong or there is no such address. How long that takes does not
    /// depend on how much of a secret is right.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// store.renew_event_secret(&change(), "acme", made.id).await?;
    /// assert_eq!(store.admit_event(made.id, &["guessed"]).await, Err(StoreError::NotFound));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn admit_event(
        &self,
        id: ConnectionId,
        secrets: &[&str],
    ) -> Result<String, StoreError> {
        let row = self.first(HASH, vec![id.to_string().into()]).await?;
        let mut columns = Columns::of(row.ok_or(StoreError::NotFound)?);
        let (project, kept) = (columns.text("project")?, columns.blob("hash")?);
        let is_tagged = columns.integer("tagged")? != 0;
        let found = (
            columns.optional_text("tag")?,
            columns.optional_text("tag_key")?,
        );
        let needs_tag = columns.integer("keyed")? != 0;
        let matches = secrets.iter().fold(Choice::from(0), |found, secret| {
            found | hash(secret).ct_eq(&kept)
        });
        if !bool::from(matches) {
            return Err(StoreError::NotFound);
        }
        match found.0.zip(found.1).filter(|_| is_tagged) {
            Some((tag, key_id)) => {
                let holds = is_tag(&self.keys, &project, id, &kept, &Tag { key_id, tag });
                holds.then_some(project).ok_or(StoreError::NotFound)
            }
            None if needs_tag => Err(StoreError::NotFound),
            None => {
                // An instance of before made it. If this fails, the next notification tries again.
                let Tag { key_id, tag } = tag(&self.keys, &project, id, &kept)?;
                let parameters = vec![
                    id.to_string().into(),
                    kept.into(),
                    tag.into(),
                    key_id.into(),
                ];
                _ = self.database.query(TAG, parameters).await;
                Ok(project)
            }
        }
    }

    /// Counts a request to an address: the events of images in it, and the other things. Says how many requests came in
    /// this minute of the clock, this one included.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the address was ended meanwhile.
    pub async fn count_events(
        &self,
        id: ConnectionId,
        events: usize,
        others: usize,
        now_ms: i64,
    ) -> Result<i64, StoreError> {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let parameters = vec![
            id.to_string().into(),
            number(events).into(),
            number(others).into(),
            now_ms.into(),
            now_ms.div_euclid(60_000).into(),
        ];
        let row = self.first(COUNT, parameters).await?;
        Columns::of(row.ok_or(StoreError::NotFound)?).integer("requests")
    }

    /// Keeps events that could not be done, until [`Store::take_pending`] gives them. Of several about a tag the last
    /// counts. Says how many were kept: a connection may have only so many.
    pub async fn keep_pending(
        &self,
        id: ConnectionId,
        events: &[PendingEvent],
        now_ms: i64,
    ) -> Result<usize, StoreError> {
        let tag = |event: &'_ PendingEvent| (event.repository.clone(), event.tag.clone());
        let events = one_of_each(events, tag, |_, _| true);
        let parameters = vec![
            id.to_string().into(),
            now_ms.into(),
            json(&events)?,
            MOST_PENDING.into(),
        ];
        Ok(self
            .database()
            .query(self.statements().keep_pending, parameters)
            .await?
            .len())
    }

    /// Takes up to `most` events that wait, all of the repository that has waited longest, so that what one repository
    /// brings about delays no other. What is not [done](Store::pending_done) comes again later, less and less often,
    /// for a day.
    pub async fn take_pending(
        &self,
        within: Within<'_>,
        most: u32,
        now_ms: i64,
    ) -> Result<Vec<TakenEvent>, StoreError> {
        let within = within_parameter(within)?;
        let forget = vec![now_ms.into(), LONGEST_WAIT_MS.into(), within.clone()];
        self.database().query(FORGET, forget).await?;
        let rows = self
            .database()
            .query(TAKE, vec![now_ms.into(), most.into(), within])
            .await?;
        let mut taken: Vec<_> = rows.into_iter().map(taken).collect::<Result<_, _>>()?;
        taken.sort_by(|one, other| one.event.tag.cmp(&other.event.tag));
        Ok(taken)
    }

    /// Forgets an event that was taken, unless the tag was announced again meanwhile.
    pub async fn pending_done(&self, taken: &TakenEvent) -> Result<(), StoreError> {
        let parameters = vec![
            taken.connection.to_string().into(),
            taken.event.repository.as_str().into(),
            taken.event.tag.as_str().into(),
            taken.since.into(),
        ];
        self.database().query(DONE, parameters).await?;
        Ok(())
    }
}

/// The tag of the hash of a connection's address.
pub(super) fn tag(
    keys: &SealingKeys,
    project: &str,
    id: ConnectionId,
    hash: &[u8],
) -> Result<Tag, StoreError> {
    let id = id.to_string();
    Tag::new(keys, Purpose::EventAddress(project), [id.as_bytes(), hash])
        .ok_or(StoreError::Corrupt("tag"))
}

/// True if `tag` is that of the hash of a connection's address.
pub(super) fn is_tag(
    keys: &SealingKeys,
    project: &str,
    id: ConnectionId,
    hash: &[u8],
    tag: &Tag,
) -> bool {
    let id = id.to_string();
    tag.holds(keys, Purpose::EventAddress(project), [id.as_bytes(), hash])
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

fn address(row: Row) -> Result<EventAddress, StoreError> {
    let mut columns = Columns::of(row);
    Ok(EventAddress {
        enabled: columns.integer("hash")? != 0,
        created_at: columns.optional_time("created_at")?,
        received: columns.integer("received")?,
        unknown: columns.integer("unknown")?,
        last_received_at: columns.optional_time("last_received_at")?,
    })
}

fn taken(row: Row) -> Result<TakenEvent, StoreError> {
    let mut columns = Columns::of(row);
    Ok(TakenEvent {
        connection: columns.parsed("connection", ConnectionId::parse)?,
        project: columns.text("project")?,
        event: PendingEvent {
            repository: columns.text("repository")?,
            tag: columns.text("tag")?,
            digest: columns.optional_text("digest")?,
            removed: columns.integer("removed")? != 0,
            at: columns.optional_integer("at")?,
        },
        since: columns.integer("since")?,
    })
}
