//! The key set of an issuer, fetched by one instance and kept for all.
//!
//! Whoever could put a key there could sign in as anybody, so it is sealed like a secret, bound to where and when it
//! was fetched: a row edited behind our back does not open, and an older set does not pass for a new one.

use std::collections::BTreeMap;

use bowline::secret::Secret;

use super::Store;
use crate::{
    database::{Database, Row},
    error::StoreError,
    id::ConnectionId,
    random::Random,
    row::Columns,
    seal::{self, Binding},
};

const READ: &str = "SELECT asked_at, fetched_at, sealed FROM key_sets WHERE url = ?1";

/// A clock that was wrong when it was asked must not stop the asking for good.
const CLAIM: &str = "INSERT INTO key_sets (url, asked_at) VALUES (?1, ?2)
    ON CONFLICT (url) DO UPDATE SET asked_at = excluded.asked_at
        WHERE key_sets.asked_at <= excluded.asked_at - ?3 OR key_sets.asked_at > excluded.asked_at
    RETURNING asked_at";

const KEEP: &str = "UPDATE key_sets SET fetched_at = ?2, sealed = ?3 WHERE url = ?1";

/// The name of the set in its sealed value.
const DOCUMENT: &str = "document";

/// The kept key set of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKeySet {
    /// When it was last asked for, in milliseconds since 1970.
    pub asked_ms: i64,
    /// The set that was fetched last, unless there is none that opens.
    pub fetched: Option<FetchedKeySet>,
}

/// A set as its issuer gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedKeySet {
    /// When it was fetched, in milliseconds since 1970.
    pub at_ms: i64,
    /// The text.
    pub document: String,
}

impl<D: Database, R: Random> Store<D, R> {
    /// The kept key set of `url`; `None` if nobody has asked for it yet.
    pub async fn key_set(&self, url: &str) -> Result<Option<KeptKeySet>, StoreError> {
        let rows = self.database.query(READ, vec![url.into()]).await?;
        rows.into_iter()
            .next()
            .map(|row| self.kept_key_set(url, row))
            .transpose()
    }

    /// Claims the right to fetch `url` now. Of all instances, one may do so in `pause_ms`.
    pub async fn claim_key_set(
        &self,
        url: &str,
        now_ms: i64,
        pause_ms: i64,
    ) -> Result<bool, StoreError> {
        let parameters = vec![url.into(), now_ms.into(), pause_ms.into()];
        Ok(!self.database.query(CLAIM, parameters).await?.is_empty())
    }

    /// Keeps what was fetched from `url`, which was claimed.
    pub async fn keep_key_set(&self, url: &str, fetched: &FetchedKeySet) -> Result<(), StoreError> {
        let document = Secret::new(fetched.document.as_str());
        let fetched_at = times(fetched.at_ms);
        let sealed = seal::seal(
            &self.keys,
            &self.random,
            binding(url, &fetched_at),
            &[(DOCUMENT, &document)],
        )?;
        let parameters = vec![url.into(), fetched.at_ms.into(), sealed.value.into()];
        self.database.query(KEEP, parameters).await?;
        Ok(())
    }

    fn kept_key_set(&self, url: &str, row: Row) -> Result<KeptKeySet, StoreError> {
        let mut columns = Columns::of(row);
        let asked_ms = columns.integer("asked_at")?;
        let at_ms = columns.optional_integer("fetched_at")?;
        let sealed = columns.optional_blob("sealed")?;
        let fetched = at_ms.zip(sealed).and_then(|(at_ms, sealed)| {
            // What does not open is fetched anew: its key may have been taken out of service.
            let opened = seal::open(&self.keys, binding(url, &times(at_ms)), &sealed).ok()?;
            let document = opened.get(DOCUMENT)?.expose().to_owned();
            Some(FetchedKeySet { at_ms, document })
        });
        Ok(KeptKeySet { asked_ms, fetched })
    }
}

/// No connection has this binding: a project has a name.
fn binding<'a>(url: &'a str, times: &'a BTreeMap<String, String>) -> Binding<'a> {
    Binding {
        project: "",
        id: ConnectionId::NONE,
        provider: "",
        auth: "jwks",
        endpoint: url,
        purpose: "",
        values: times,
        trusted_auth_hosts: &[],
        expires_at: None,
        generation: None,
    }
}

fn times(at_ms: i64) -> BTreeMap<String, String> {
    BTreeMap::from([("fetchedAt".to_owned(), at_ms.to_string())])
}
