//! Requests that are done once, however often they are sent.
//!
//! Who sends one claims it first, for as long as a lease lasts, and keeps the answer when it is done. The id of what
//! the request creates is settled with the claim: who takes over from an instance that died finds what it had made.

use std::collections::BTreeMap;

use super::{Change, Store, json};
use crate::{
    database::{Database, Row, Value},
    error::StoreError,
    id::ConnectionId,
    keys::Purpose,
    random::Random,
    row::Columns,
    timestamp::Timestamp,
};

/// The time for which an answer is kept, in milliseconds.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// The most requests of a subject that are remembered: the oldest make room, so that a subject can neither fill the
/// database nor be stopped by what it did before.
pub const MOST_REQUESTS: i64 = 1000;

/// The time for which a claim holds, in milliseconds: well over the duration of a check and a few statements.
const LEASE_MS: i64 = 60 * 1000;

/// The most tries of a claim that others end meanwhile.
const ATTEMPTS: usize = 3;

/// The identity of a request: one of the same project, subject, route and key is the same request.
#[derive(Clone, Copy, Debug)]
pub struct RequestKey<'a> {
    /// In which project.
    pub project: &'a str,
    /// The route.
    pub route: &'a str,
    /// The caller's `Idempotency-Key`.
    pub key: &'a str,
}

/// The outcome of a claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// It is to be done now.
    Ours(Lease),
    /// It was done, and answered so.
    Done(KeptAnswer),
    /// Somebody is at it, until then at most.
    InProgress(Timestamp),
    /// It was another request: its content differs.
    OtherContent,
}

/// The right to do a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The id for what the request creates.
    pub id: ConnectionId,
    token: String,
}

/// An answer as it was given. It must hold no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The HTTP status.
    pub status: u32,
    /// The headers that belong to it.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

/// Removes requests that are older than a day, or too many of the subject; never one that is in progress.
const FORGET: &str = "DELETE FROM requests WHERE begun_at <= ?1 OR (subject = ?2
        AND begun_at < (SELECT begun_at FROM requests WHERE subject = ?2 ORDER BY begun_at DESC LIMIT 1 OFFSET ?3 - 2)
        AND (status IS NOT NULL OR lease_until <= ?4))";

const CLAIM: &str = "INSERT INTO requests (project, subject, route, key, hash, connection, lease, lease_until, begun_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT (project, subject, route, key) DO UPDATE SET lease = excluded.lease, lease_until = excluded.lease_until
        WHERE requests.status IS NULL AND requests.lease_until <= ?9 AND requests.hash IN (SELECT value FROM json_each(?10))
    RETURNING connection";

const CLAIMED: &str = "SELECT hash IN (SELECT value FROM json_each(?5)), lease_until, status, headers, body FROM requests
    WHERE project = ?1 AND subject = ?2 AND route = ?3 AND key = ?4";

const KEEP: &str = "UPDATE requests SET status = ?6, headers = ?7, body = ?8
    WHERE project = ?1 AND subject = ?2 AND route = ?3 AND key = ?4 AND lease = ?5";

const RELEASE: &str = "UPDATE requests SET lease_until = 0
    WHERE project = ?1 AND subject = ?2 AND route = ?3 AND key = ?4 AND lease = ?5 AND status IS NULL";

impl<D: Database, R: Random> Store<D, R> {
    /// Claims a request. `content` is what must be the same when it is sent again; a keyed hash of it is kept.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let request = RequestKey { project: "acme", route: "/v1/check", key: "one" };
    /// let claim = store.claim(&change(), request, &[b"body".as_slice()]).await?;
    /// let Claim::Ours(lease) = claim else { panic!("{claim:?}") };
    /// let answer = KeptAnswer { status: 200, headers: Default::default(), body: "{}".to_owned() };
    /// store.keep_answer(&change(), request, &lease, &answer).await?;
    /// assert_eq!(store.claim(&change(), request, &[b"body".as_slice()]).await?, Claim::Done(answer));
    /// assert_eq!(store.claim(&change(), request, &[b"other".as_slice()]).await?, Claim::OtherContent);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn claim(
        &self,
        change: &Change,
        request: RequestKey<'_>,
        content: &[&[u8]],
    ) -> Result<Claim, StoreError> {
        let now = change.now_ms;
        let forget = vec![
            now.saturating_sub(KEPT_MS).into(),
            change.subject.as_str().into(),
            MOST_REQUESTS.into(),
            now.into(),
        ];
        self.database.query(FORGET, forget).await?;

        let by_key = self.keys.all();
        let hashes: Vec<_> = by_key
            .filter_map(|key| key.hash(Purpose::Request, content.iter().copied()))
            .collect();
        let token = self.random_text();
        let mut claim = parameters(change, request);
        claim.extend([
            hashes.first().cloned().into(),
            ConnectionId::new(now, &self.random).to_string().into(),
            token.as_str().into(),
            now.saturating_add(LEASE_MS).into(),
            now.into(),
            json(&hashes)?,
        ]);
        let mut claimed = parameters(change, request);
        claimed.push(json(&hashes)?);
        for _ in 0..ATTEMPTS {
            if let Some(row) = self.first(CLAIM, claim.clone()).await? {
                let id = Columns::of(row).parsed("connection", ConnectionId::parse)?;
                return Ok(Claim::Ours(Lease { id, token }));
            }
            let Some(row) = self.first(CLAIMED, claimed.clone()).await? else {
                continue;
            };
            match standing(row)? {
                // It has ended since it was tried.
                Claim::InProgress(until) if until.0 <= now => {}
                standing => return Ok(standing),
            }
        }
        Err(StoreError::Busy)
    }

    /// Keeps the answer to a claimed request; not where the lease has gone to another.
    pub async fn keep_answer(
        &self,
        change: &Change,
        request: RequestKey<'_>,
        lease: &Lease,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError> {
        let mut parameters = parameters(change, request);
        parameters.extend([
            lease.token.as_str().into(),
            answer.status.into(),
            json(&answer.headers)?,
            answer.body.as_str().into(),
        ]);
        self.database.query(KEEP, parameters).await?;
        Ok(())
    }

    /// Lets somebody else do a claimed request at once.
    pub async fn release(
        &self,
        change: &Change,
        request: RequestKey<'_>,
        lease: &Lease,
    ) -> Result<(), StoreError> {
        let mut parameters = parameters(change, request);
        parameters.push(lease.token.as_str().into());
        self.database.query(RELEASE, parameters).await?;
        Ok(())
    }
}

fn parameters(change: &Change, request: RequestKey<'_>) -> Vec<Value> {
    vec![
        request.project.into(),
        change.subject.as_str().into(),
        request.route.into(),
        request.key.into(),
    ]
}

/// The state of a request that another instance claimed.
fn standing(row: Row) -> Result<Claim, StoreError> {
    let mut columns = Columns::of(row);
    if columns.integer("hash")? == 0 {
        return Ok(Claim::OtherContent);
    }
    let until = columns.time("lease_until")?;
    let Some(status) = columns.optional_number("status")? else {
        return Ok(Claim::InProgress(until));
    };
    Ok(Claim::Done(KeptAnswer {
        status,
        headers: columns.json("headers")?,
        body: columns.text("body")?,
    }))
}
