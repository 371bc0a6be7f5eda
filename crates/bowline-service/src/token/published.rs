//! An issuer's published keys: fetched on demand and stored for all instances.

use std::{cell::RefCell, fmt, future::poll_fn, pin::pin, rc::Rc, task::Poll, time::Duration};

use bowline_registry::Clock;
use bowline_store::{Database, FetchedKeySet, KeptKeySet, Random, Store, StoreError};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use super::{jwt::Token, key_set::KeySet};
use crate::{body, client::Outbound};

/// The time that a set serves without being fetched again: a key that the issuer took back is good for no longer.
const FRESH_MS: i64 = 60 * 60 * 1000;

/// The time that it serves while the issuer does not answer.
const LONGEST_MS: i64 = 24 * 60 * 60 * 1000;

/// The time between two fetches, be it for a key that nobody has heard of.
const PAUSE_MS: i64 = 60 * 1000;

/// The time that the issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time between two looks for a set that another instance has fetched.
const LOOK: Duration = Duration::from_millis(100);

/// The most bytes that a set may have.
const LARGEST: usize = 256 * 1024;

/// An issuer's published keys: their address, and those that this instance knows.
pub(crate) struct Published {
    url: String,
    known: RefCell<Option<Known>>,
}

struct Known {
    at_ms: i64,
    keys: Rc<KeySet>,
}

/// There are no keys to judge a token by.
#[derive(Debug)]
pub(crate) enum PublishedError {
    /// The store failed.
    Store(StoreError),
    /// The issuer does not return a set. The reason is for the log.
    Unavailable(String),
}

impl From<StoreError> for PublishedError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Published {
    /// At `url`, which must be valid.
    pub(crate) fn at(url: String) -> Self {
        Self {
            url,
            known: RefCell::default(),
        }
    }

    /// The keys to judge `token` by: those that are known, unless they are old or lack the token's; then what another
    /// instance fetched; then what the issuer answers, which is asked at most once a minute.
    pub(crate) async fn keys_for<D: Database, R: Random>(
        &self,
        token: &Token<'_>,
        store: &Store<D, R>,
        outbound: &impl Outbound,
        clock: &impl Clock,
    ) -> Result<Rc<KeySet>, PublishedError> {
        let now = clock.epoch_ms();
        if let Some(keys) = self.having(token, now, FRESH_MS) {
            return Ok(keys);
        }
        let asked_ms = self.look(store).await?;
        if let Some(keys) = self.having(token, now, FRESH_MS) {
            return Ok(keys);
        }
        let is_due = asked_ms.is_none_or(|at| !(0..PAUSE_MS).contains(&now.saturating_sub(at)));
        if is_due && store.claim_key_set(&self.url, now, PAUSE_MS).await? {
            let fetched = self.fetch(store, outbound, clock).await;
            return match (fetched, self.younger_than(now, LONGEST_MS)) {
                (Err(PublishedError::Unavailable(_)), Some(keys)) | (Ok(()), Some(keys)) => {
                    Ok(keys)
                }
                (Err(error), _) => Err(error),
                (Ok(()), None) => Err(unavailable("the key set wasn't stored")),
            };
        }
        if let Some(keys) = self.having(token, now, LONGEST_MS) {
            return Ok(keys);
        }
        self.wait(token, store, clock).await?;
        self.younger_than(clock.epoch_ms(), LONGEST_MS)
            .ok_or_else(|| unavailable("it didn't respond within the last minute"))
    }

    /// Waits while another request fetches the set.
    async fn wait<D: Database, R: Random>(
        &self,
        token: &Token<'_>,
        store: &Store<D, R>,
        clock: &impl Clock,
    ) -> Result<(), PublishedError> {
        loop {
            let now = clock.epoch_ms();
            let asked_ms = self.look(store).await?.unwrap_or_default();
            let is_fetching = now.saturating_sub(asked_ms) < PATIENCE.as_millis() as i64
                && self
                    .known
                    .borrow()
                    .as_ref()
                    .is_none_or(|known| known.at_ms < asked_ms);
            if !is_fetching || self.having(token, now, FRESH_MS).is_some() {
                return Ok(());
            }
            clock.sleep(LOOK).await;
        }
    }

    /// Loads the stored set if it is newer, and returns when the issuer was last asked.
    async fn look<D: Database, R: Random>(
        &self,
        store: &Store<D, R>,
    ) -> Result<Option<i64>, PublishedError> {
        let Some(KeptKeySet { asked_ms, fetched }) = store.key_set(&self.url).await? else {
            return Ok(None);
        };
        if let Some(FetchedKeySet { at_ms, document }) = fetched {
            let is_newer = |known: &Known| known.at_ms < at_ms;
            if self.known.borrow().as_ref().is_none_or(is_newer)
                && let Ok(keys) = KeySet::parse(&document)
            {
                self.learn(at_ms, keys);
            }
        }
        Ok(Some(asked_ms))
    }

    async fn fetch<D: Database, R: Random>(
        &self,
        store: &Store<D, R>,
        outbound: &impl Outbound,
        clock: &impl Clock,
    ) -> Result<(), PublishedError> {
        let document = within(clock, self.document(outbound))
            .await
            .ok_or_else(|| unavailable("it doesn't respond"))??;
        let keys = KeySet::parse(&document).map_err(unavailable)?;
        let fetched = FetchedKeySet {
            at_ms: clock.epoch_ms(),
            document,
        };
        store.keep_key_set(&self.url, &fetched).await?;
        self.learn(fetched.at_ms, keys);
        Ok(())
    }

    /// The issuer's answer. The runtime follows no redirect, and lets this component reach one origin only.
    async fn document(&self, outbound: &impl Outbound) -> Result<String, PublishedError> {
        let mut request = http::Request::new(Bytes::new());
        *request.uri_mut() = self.url.parse().map_err(unavailable)?;
        let accepted = HeaderValue::from_static("application/jwk-set+json, application/json");
        request.headers_mut().insert(header::ACCEPT, accepted);
        let answer = outbound.send(request).await.map_err(unavailable)?;
        if answer.status() != StatusCode::OK {
            return Err(unavailable(format_args!(
                "it responded with {}",
                answer.status()
            )));
        }
        let (head, body) = answer.into_parts();
        let body = body::read(&head.headers, body, LARGEST)
            .await
            .map_err(|problem| unavailable(problem.problem_type().code()))?;
        String::from_utf8(body.to_vec()).map_err(|_| unavailable("its response isn't text"))
    }

    fn learn(&self, at_ms: i64, keys: KeySet) {
        let keys = Rc::new(keys);
        self.known.replace(Some(Known { at_ms, keys }));
    }

    fn younger_than(&self, now: i64, age_ms: i64) -> Option<Rc<KeySet>> {
        let known = self.known.borrow();
        let known = known
            .as_ref()
            .filter(|known| now.saturating_sub(known.at_ms) < age_ms)?;
        Some(Rc::clone(&known.keys))
    }

    fn having(&self, token: &Token<'_>, now: i64, age_ms: i64) -> Option<Rc<KeySet>> {
        self.younger_than(now, age_ms)
            .filter(|keys| keys.find(token).is_some())
    }
}

fn unavailable(reason: impl fmt::Display) -> PublishedError {
    PublishedError::Unavailable(format!("the issuer's keys: {reason}"))
}

/// Returns the result of `work`, or `None` after a timeout.
async fn within<T>(clock: &impl Clock, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut limit) = (pin!(work), pin!(clock.sleep(PATIENCE)));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}
