//! A store over a temporary file, and forms to put into it.

use std::{
    path::PathBuf,
    sync::{
        Barrier,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crate::TestDatabase;
use bowline::{
    form::{CheckOptions, ConnectionForm, ConnectionSpec, check_form},
    selection::Policy,
};
use bowline_store::{
    Change, Connection, Database, KeptPolicy, Random, Row, SealingKeys, Store, StoreError, Value,
};
use futures::executor::block_on;
use serde_json::json;
use tempfile::TempDir;

pub(crate) const PROJECT: &str = "acme";
pub(crate) const NOW: i64 = 1_795_243_000_000;
pub(crate) const KEY: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
pub(crate) const NEWER_KEY: &str = "k2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

pub(crate) type TestStore = Store<TestDatabase, Counting>;

/// The number of the call as big-endian bytes, so that ids made later in a millisecond sort later.
pub(crate) struct Counting;

static CALLS: AtomicU64 = AtomicU64::new(1);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let call = CALLS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.fill(0);
        for (byte, source) in bytes.iter_mut().rev().zip(call.iter().rev()) {
            *byte = *source;
        }
    }
}

/// A database file of one test, gone with this value.
pub(crate) struct File(TempDir);

impl File {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("store.db")
    }

    /// One more connection to the file, without migrating it.
    pub(crate) fn connect(&self, keys: &str) -> TestStore {
        Store::new(
            TestDatabase::open(&self.path()).unwrap(),
            Counting,
            SealingKeys::parse(keys).unwrap(),
        )
    }

    /// One more connection to the file, migrated.
    pub(crate) fn store(&self) -> TestStore {
        let store = self.connect(KEY);
        block_on(store.migrate(NOW)).unwrap();
        store
    }
}

/// How many instances do something at once.
pub(crate) const INSTANCES: usize = 6;

impl File {
    /// What each of several instances gets that does the same at the same moment.
    pub(crate) fn at_once<T: Send>(&self, act: impl Fn(&TestStore, usize) -> T + Sync) -> Vec<T> {
        // Not by each of them: that is not what is tried.
        drop(self.store());
        self.at_once_unmigrated(act)
    }

    /// The same, of instances that have not looked at the schema.
    pub(crate) fn at_once_unmigrated<T: Send>(
        &self,
        act: impl Fn(&TestStore, usize) -> T + Sync,
    ) -> Vec<T> {
        let barrier = Barrier::new(INSTANCES);
        thread::scope(|scope| {
            let instance = |number| {
                let (barrier, act) = (&barrier, &act);
                scope.spawn(move || {
                    let store = self.connect(KEY);
                    barrier.wait();
                    act(&store, number)
                })
            };
            let instances: Vec<_> = (0..INSTANCES).map(instance).collect();
            instances
                .into_iter()
                .map(|instance| instance.join().unwrap())
                .collect()
        })
    }
}

/// A store in memory.
pub(crate) fn store() -> TestStore {
    let store = Store::new(
        TestDatabase::in_memory().unwrap(),
        Counting,
        SealingKeys::parse(KEY).unwrap(),
    );
    block_on(store.migrate(NOW)).unwrap();
    store
}

/// A valid form of a registry, with a password that says where it is from.
pub(crate) fn form(name: &str, url: &str) -> ConnectionForm {
    serde_json::from_value(json!({
        "provider": "docker-registry", "name": name, "auth": "password",
        "values": { "url": url, "username": "scanner", "password": format!("swordfish of {name}") },
    }))
    .unwrap()
}

pub(crate) fn spec_of(form: &ConnectionForm) -> ConnectionSpec {
    let (report, spec) = check_form(form, CheckOptions::default());
    spec.unwrap_or_else(|| panic!("{report:?}"))
}

pub(crate) fn spec(name: &str, url: &str) -> ConnectionSpec {
    spec_of(&form(name, url))
}

pub(crate) fn change() -> Change {
    change_at(NOW)
}

pub(crate) fn change_at(now_ms: i64) -> Change {
    Change {
        subject: "ada".into(),
        from: Some("192.0.2.7".into()),
        request_id: "req-1".into(),
        now_ms,
    }
}

pub(crate) fn create(store: &TestStore, name: &str, url: &str) -> Result<Connection, StoreError> {
    block_on(store.create(&change(), PROJECT, &spec(name, url), None))
}

/// A policy as it is kept.
pub(crate) fn kept(policy: serde_json::Value) -> Option<KeptPolicy> {
    let document = serde_json::from_value(policy).unwrap();
    Some(KeptPolicy::read(&document).unwrap())
}

/// The document of a policy as it is kept.
pub(crate) fn normalized(policy: serde_json::Value) -> serde_json::Value {
    let document = serde_json::from_value(policy).unwrap();
    let (_, policy) = Policy::check(&document, None, None);
    serde_json::to_value(policy.unwrap()).unwrap()
}

/// Runs a statement behind the store's back.
pub(crate) fn sql(store: &TestStore, statement: &str, parameters: Vec<Value>) -> Vec<Row> {
    block_on(store.database().query(statement, parameters)).unwrap()
}

/// Numbers of one column.
pub(crate) fn integers(store: &TestStore, statement: &str) -> Vec<i64> {
    let rows = sql(store, statement, vec![]);
    let integer = |row: &Row| match row.0.as_slice() {
        [Value::Integer(number)] => *number,
        other => panic!("{other:?}"),
    };
    rows.iter().map(integer).collect()
}

/// Lets the audit be edited, as only somebody who writes to the database can.
pub(crate) fn unguard_audit(store: &TestStore) {
    for trigger in ["audit_is_only_numbered", "audit_is_only_forgotten"] {
        sql(store, &format!("DROP TRIGGER {trigger}"), vec![]);
    }
}
