//! Syncs of a registry that is made up, over SQLite in memory.

use std::{
    cell::Cell,
    collections::BTreeSet,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use bowline::{
    form::{CheckOptions, ConnectionForm, check_form},
    selection::Policy,
};
use bowline_store::{
    Change, ConnectionId, DatabaseError, ImageQuery, ImageState, PageSize, Row, SealingKeys, Sync,
    SyncOrigin, Value, rusqlite::Rusqlite,
};
use serde_json::json;

use self::fake::Fake;
use super::*;

mod bounds;
mod failures;
mod fake;
mod interruption;
mod outcomes;

const NOW: i64 = 1_800_000_000_000;
const PROJECT: &str = "acme";
const KEY: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The time, which tests set.
#[derive(Clone)]
struct Now(Arc<AtomicI64>);

impl Now {
    fn new(now: i64) -> Self {
        Self(Arc::new(AtomicI64::new(now)))
    }

    fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }

    fn set(&self, now: i64) {
        self.0.store(now, Relaxed);
    }
}

struct TestClock(Now);

impl Clock for TestClock {
    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.get().unsigned_abs())
    }

    fn epoch_ms(&self) -> i64 {
        self.0.get()
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending().await
    }
}

/// Counts, so that no two ids are the same.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicU64>);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let count = (self.0.fetch_add(1, Relaxed) + 1).to_be_bytes();
        for (byte, source) in bytes.iter_mut().rev().zip(count.iter().rev().cycle()) {
            *byte = *source;
        }
    }
}

/// A database that fails from a certain statement on, as it looks to an instance that is killed, and that knows the
/// most rows and the longest parameter that it had.
struct Watched {
    database: Arc<Rusqlite>,
    left: AtomicUsize,
    most_rows: AtomicUsize,
    longest: AtomicUsize,
}

impl Database for Watched {
    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let died = || DatabaseError::Failed("died".to_owned());
        self.left
            .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1))
            .map_err(|_| died())?;
        for parameter in &parameters {
            if let Value::Text(text) = parameter {
                self.longest.fetch_max(text.len(), Relaxed);
            }
        }
        let rows = self.database.query(statement, parameters).await?;
        self.most_rows.fetch_max(rows.len(), Relaxed);
        Ok(rows)
    }
}

/// A connection to a made-up registry.
struct World {
    registry: Fake,
    database: Arc<Rusqlite>,
    random: Counter,
    connection: ConnectionId,
    policy: Policy,
    cleans_up: bool,
    keep_newest: Option<u32>,
    now: Now,
}

impl World {
    /// With a policy.
    async fn new(policy: serde_json::Value) -> Self {
        let now = Now::new(NOW);
        let database = Arc::new(Rusqlite::in_memory().unwrap());
        let policy = serde_json::from_value(policy).unwrap();
        let (findings, policy) = Policy::check(&policy, None, None);
        let policy = policy.unwrap_or_else(|| panic!("{findings:?}"));
        let mut world = Self {
            registry: Fake::new(now.clone()),
            database,
            random: Counter::default(),
            connection: ConnectionId::parse("00000000-0000-0000-0000-000000000000").unwrap(),
            cleans_up: policy.cleanup,
            policy,
            keep_newest: None,
            now,
        };
        let store = world.store(usize::MAX);
        store.migrate(NOW).await.unwrap();
        let form: ConnectionForm = serde_json::from_value(json!({
            "provider": "docker-registry", "name": "prod", "auth": "anonymous",
            "values": { "url": "https://registry.example.com" } }))
        .unwrap();
        let (_, spec) = check_form(&form, CheckOptions::default());
        let change = Change {
            subject: "ada".to_owned(),
            from: None,
            request_id: "r".to_owned(),
            now_ms: NOW,
        };
        let created = store.create(&change, PROJECT, &spec.unwrap(), None).await;
        world.connection = created.unwrap().id;
        world
    }

    /// The store of an instance that dies after so many statements.
    fn store(&self, statements: usize) -> Store<Watched, Counter> {
        let watched = Watched {
            database: Arc::clone(&self.database),
            left: AtomicUsize::new(statements),
            most_rows: AtomicUsize::new(0),
            longest: AtomicUsize::new(0),
        };
        Store::new(
            watched,
            self.random.clone(),
            SealingKeys::parse(KEY).unwrap(),
        )
    }

    /// A step of an instance with `store`, up to 10 seconds long; `None` where another works at the sync.
    async fn step(&self, store: &Store<Watched, Counter>) -> Result<Option<Progress>, Problem> {
        let (project, origin) = (PROJECT, SyncOrigin::Request);
        let started = store.start_sync(project, self.connection, origin, self.now.get());
        let Some(held) = started.await? else {
            return Ok(None);
        };
        self.go_on(store, held).await.map(Some)
    }

    async fn go_on(
        &self,
        store: &Store<Watched, Counter>,
        held: HeldSync,
    ) -> Result<Progress, Problem> {
        let clock = TestClock(self.now.clone());
        let engine = Engine {
            store,
            registry: &self.registry,
            clock: &clock,
            plan: Plan {
                project: PROJECT,
                policy: &self.policy,
                cleans_up: self.cleans_up,
                keep_newest: self.keep_newest,
            },
            until: clock.monotonic() + Duration::from_secs(10),
            ahead: Cell::new(false),
        };
        engine.step(held).await
    }

    /// Steps until the sync has ended, and gives it. A minute passes first, as between syncs.
    async fn sync(&self) -> Sync {
        self.now.set(self.now.get() + 60_000);
        let store = self.store(usize::MAX);
        loop {
            match self.step(&store).await.unwrap().unwrap() {
                Progress::More => {}
                Progress::Paused => self.now.set(self.now.get() + 3_600_000),
                Progress::Done | Progress::Failed => return self.last().await,
                Progress::Lost => panic!("nobody else is there"),
            }
        }
    }

    async fn last(&self) -> Sync {
        let store = self.store(usize::MAX);
        let syncs = store.syncs(PROJECT, self.connection).await.unwrap();
        syncs.last.unwrap()
    }

    /// `repository:tag digest` of what the inventory has, as far as it is in one of these states.
    async fn inventory(&self, states: &[ImageState]) -> BTreeSet<String> {
        let store = self.store(usize::MAX);
        let mut query = ImageQuery {
            size: PageSize::new(200).unwrap(),
            ..ImageQuery::default()
        };
        let mut found = BTreeSet::new();
        loop {
            let page = store.inventory(PROJECT, self.connection, &query);
            let page = page.await.unwrap();
            let wanted = page.items.iter().filter(|it| states.contains(&it.state));
            found.extend(wanted.map(|it| format!("{}:{} {}", it.repository, it.tag, it.digest)));
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return found,
            }
        }
    }

    async fn there(&self) -> BTreeSet<String> {
        use ImageState::{New, Replaced, Unchanged};
        self.inventory(&[New, Replaced, Unchanged]).await
    }

    /// The digests in the queue, in order.
    async fn queued(&self) -> Vec<String> {
        let rows = self.database.query(
            "SELECT digest FROM scans WHERE finished_at IS NULL ORDER BY digest",
            vec![],
        );
        let digest = |row: Row| match row.0.into_iter().next() {
            Some(Value::Text(digest)) => digest,
            other => panic!("{other:?}"),
        };
        rows.await.unwrap().into_iter().map(digest).collect()
    }

    /// Lets scanners scan all that is queued.
    async fn scan_all(&self) {
        for statement in [
            "INSERT INTO manifests (connection, digest, scanned_at, scan_result)
                SELECT connection, digest, 1, 'passed' FROM scans WHERE finished_at IS NULL
                ON CONFLICT (connection, digest) DO UPDATE SET scanned_at = 1, scan_result = 'passed'",
            "UPDATE scans SET state = 'passed', finished_at = 1, lease = NULL WHERE finished_at IS NULL",
        ] {
            self.database.query(statement, vec![]).await.unwrap();
        }
    }
}

/// A registry with two repositories.
async fn two_repositories(policy: serde_json::Value) -> World {
    let world = World::new(policy).await;
    for (repository, tag, digest) in [
        ("app", "1", "a1"),
        ("app", "2", "a2"),
        ("app", "latest", "a2"),
        ("base", "1", "b1"),
    ] {
        world.registry.set(repository, tag, digest);
    }
    world
}

/// new, replaced, unchanged, gone
fn counts(sync: &Sync) -> [i64; 4] {
    let images = sync.outcome.images;
    [images.new, images.replaced, images.unchanged, images.gone]
}
