//! How the database finds the rows: never by looking at all of them.

use std::{collections::BTreeMap, sync::Mutex};

use crate::{
    TestDatabase,
    store::{
        scans::{finish, lease, wanted},
        setup::{Counting, File, KEY, NEWER_KEY, NOW, PROJECT, change, kept, spec},
    },
};
use bowline::selection::DecidedBy;
use bowline_store::{
    Claim, ConnectionId, Database, DatabaseError, Decided, Defaults, Delivery, Dialect, Edit,
    FetchedKeySet, ImageQuery, KeptAnswer, LastCheck, ListedTo, ManifestDetails, NoticeKind,
    Origin, Outcome, PageSize, PendingEvent, Query, Release, Removed, RepositoryOutcome,
    RequestKey, Row, ScanState, SealingKeys, SeenImage, Store, SyncOrigin, Timestamp, Use, Value,
    Within,
};
use futures::executor::block_on;
use serde_json::json;

/// A database that asks for the plan of every statement about rows before it runs it.
struct Planning {
    database: TestDatabase,
    plans: Mutex<Vec<(String, String)>>,
}

impl Database for Planning {
    const DIALECT: Dialect = TestDatabase::DIALECT;

    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
        if Self::DIALECT == Dialect::Sqlite && verbs.iter().any(|verb| statement.starts_with(verb))
        {
            let rows = self
                .database
                .query(
                    &format!("EXPLAIN QUERY PLAN {statement}"),
                    parameters.clone(),
                )
                .await?;
            let plan = rows.iter().map(|row| format!("{:?}\n", row.0[3])).collect();
            let mut plans = self.plans.lock().unwrap();
            plans.push((statement.to_owned(), plan));
        }
        self.database.query(statement, parameters).await
    }
}

#[test]
fn every_statement_uses_an_index() {
    // Nobody else has used it: PostgreSQL counts what is read by database, and late.
    let file = File::new();
    let database = Planning {
        database: TestDatabase::open(&file.path()).unwrap(),
        plans: Mutex::default(),
    };
    let store = Store::new(&database, Counting, SealingKeys::parse(KEY).unwrap());
    block_on(async {
        store.migrate(NOW).await.unwrap();
        database.plans.lock().unwrap().clear();
        if TestDatabase::DIALECT == Dialect::Postgres {
            // So it reads a table in full only where it has no other way.
            ask(&database.database, "SET enable_seqscan = off").await;
            ask(&database.database, "SELECT pg_stat_force_next_flush()").await;
            ask(&database.database, "SELECT pg_stat_reset()").await;
        }

        let one = spec("one", "https://one.example.com");
        let id = store
            .create(&change(), PROJECT, &one, None)
            .await
            .unwrap()
            .id;
        store
            .create(&change(), PROJECT, &one, None)
            .await
            .unwrap_err();
        store.read(PROJECT, id, NOW).await.unwrap();
        store.open(PROJECT, id, NOW).await.unwrap();
        let query = Query {
            search: "one".to_owned(),
            provider: Some("docker-hub".to_owned()),
            ..Query::default()
        };
        store.list(PROJECT, &query, NOW).await.unwrap();
        let endpoints = ["https://one.example.com".to_owned()];
        store.serving(PROJECT, &endpoints, NOW).await.unwrap();
        let edit = Edit {
            name: Some("two".to_owned()),
            ..Edit::default()
        };
        store
            .update(&change(), PROJECT, id, Some(&[1]), &edit)
            .await
            .unwrap();
        store
            .create(
                &change(),
                PROJECT,
                &spec("three", "https://three.example.com"),
                None,
            )
            .await
            .unwrap();
        let taken = Edit {
            name: Some("three".to_owned()),
            ..Edit::default()
        };
        store
            .update(&change(), PROJECT, id, None, &taken)
            .await
            .unwrap_err();
        store
            .replace_credentials(&change(), PROJECT, id, None, &one, None)
            .await
            .unwrap();
        store
            .replace_credentials(&change(), PROJECT, id, Some(&[1]), &one, None)
            .await
            .unwrap_err();
        let check = LastCheck {
            at: Timestamp(NOW),
            ok: true,
            proved: "pull".to_owned(),
            problem: None,
        };
        store.record_check(PROJECT, id, &check).await.unwrap();
        store.count_check("ada", NOW).await.unwrap();
        let used = Use::declared("build", "Nightly", Timestamp(NOW + 1));
        store
            .declare_use(&change(), PROJECT, id, &used)
            .await
            .unwrap();
        store
            .end_use(&change(), PROJECT, id, "build")
            .await
            .unwrap();
        let opened = store.read(PROJECT, id, NOW).await.unwrap();
        store.hand_out(&change(), &opened, None).await.unwrap();
        store
            .audit(PROJECT, id, PageSize::default(), None)
            .await
            .unwrap();
        store
            .is_shared(PROJECT, &[PROJECT.to_owned()], &one)
            .await
            .unwrap();
        let (_, secret) = store
            .renew_event_secret(&change(), PROJECT, id)
            .await
            .unwrap();
        store.event_address(PROJECT, id).await.unwrap();
        store.admit_event(id, &[secret.expose()]).await.unwrap();
        store.count_events(id, 1, 1, NOW).await.unwrap();
        let event = PendingEvent {
            repository: "team/app".to_owned(),
            tag: "v1".to_owned(),
            digest: None,
            removed: false,
            at: None,
        };
        store.keep_pending(id, &[event], NOW).await.unwrap();
        for taken in store.take_pending(Within::All, 1, NOW).await.unwrap() {
            store.pending_done(&taken).await.unwrap();
        }
        store.end_events(&change(), PROJECT, id).await.unwrap();
        store.settings(PROJECT, NOW).await.unwrap();
        let defaults = Defaults::default();
        store
            .change_settings(&change(), PROJECT, None, defaults)
            .await
            .unwrap();
        let newer = SealingKeys::parse(&format!("{NEWER_KEY},{KEY}")).unwrap();
        Store::new(&database, Counting, newer)
            .reseal(Within::All, &change(), PageSize::default(), None)
            .await
            .unwrap();
        audit(&store, id).await;
        inventory(&store, id).await;
        requests(&store).await;
        key_set(&store).await;
        scans(&store, id).await;
        notices(&store, id).await;
        sync(&store, id).await;
        scheduled(&store, id).await;
        // It is in use; then it is not there.
        for (force, deleted) in [(false, false), (true, true), (false, false)] {
            let outcome = store.delete(&change(), PROJECT, id, force).await;
            assert_eq!(outcome.is_ok(), deleted, "{outcome:?}");
        }
    });
    if TestDatabase::DIALECT == Dialect::Postgres {
        // Triggers and functions are counted too.
        let read = block_on(async {
            ask(&database.database, "SELECT pg_stat_force_next_flush()").await;
            let read = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE seq_scan > 0";
            ask(&database.database, read).await
        });
        assert!(read.is_empty(), "{read:?}");
        return;
    }
    let tables = block_on(database.database.query(
        "SELECT name FROM sqlite_schema WHERE type = 'table'",
        vec![],
    ));
    let tables: Vec<String> = tables
        .unwrap()
        .into_iter()
        .map(|row| match row.0.as_slice() {
            [Value::Text(name)] => name.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    let plans = database.plans.into_inner().unwrap();
    assert!(plans.len() >= 50, "{} statements were planned", plans.len());
    for (statement, plan) in &plans {
        // What is scanned may be a parameter, `json_each(?)`, or nothing, but no table.
        for table in &tables {
            assert!(
                !plan.contains(&format!("SCAN {table}")),
                "{statement}\n{plan}"
            );
        }
    }
    // What a policy says stands in columns.
    for (statement, _) in &plans {
        assert!(!reads_policy(statement), "{statement}");
    }
    // An inventory may have many repositories: what is about one looks at no other.
    for (statement, plan) in &plans {
        let of_one = ["images.repository = ?", " repository = ?"]
            .iter()
            .any(|condition| statement.contains(condition));
        if of_one && plan.contains("SEARCH images") {
            let index = "SEARCH images USING PRIMARY KEY (connection=? AND repository=?";
            assert!(plan.contains(index), "{statement}\n{plan}");
        }
    }
    for (list, index) in [
        (
            "ORDER BY name_key",
            "USING INDEX connections_listed (project=? AND name_key>?)",
        ),
        (
            "ORDER BY images.repository, images.tag",
            "images USING PRIMARY KEY (connection=? AND (repository,tag)>(?,?))",
        ),
    ] {
        let mut listed = plans
            .iter()
            .filter(|(statement, _)| statement.contains(list));
        let (_, plan) = listed.next().unwrap();
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        assert!(!plan.contains("SCAN scans"), "{plan}");
    }
    // What a lease costs grows with the connections that wait, not with what each has waiting.
    let lease = &plans
        .iter()
        .find(|(statement, _)| statement.contains("MIN(turn) OVER ()"))
        .unwrap()
        .1;
    for step in [
        "SEARCH scan_queues USING INDEX scan_queues_waiting (project=?)",
        "SEARCH waiting USING COVERING INDEX scans_queued (connection=?)",
        "SEARCH scans USING PRIMARY KEY (id=?)",
    ] {
        assert!(lease.contains(step), "{lease}");
    }
}

async fn ask(database: &TestDatabase, statement: &str) -> Vec<Row> {
    database.query(statement, vec![]).await.unwrap()
}

/// Every statement about what is done without anybody asking.
async fn scheduled(store: &Store<&Planning, Counting>, id: ConnectionId) {
    let policy = json!({ "mode": "automatic", "imageStreams": true });
    let edit = Edit {
        policy: Some(kept(policy)),
        ..Edit::default()
    };
    let change = change();
    let edited = store.update(&change, PROJECT, id, None, &edit);
    edited.await.unwrap();
    let planned = store.to_plan(Within::All, 9).await.unwrap();
    store.plan(&planned[0], Some(NOW)).await.unwrap();
    let due = store.due(Within::All, NOW, 9).await.unwrap();
    assert!(store.begin_due(&due[0], Some(NOW), NOW).await.unwrap());
    store.to_plan_of(id).await.unwrap();
    store.next_sync(id).await.unwrap();
    assert_eq!(
        store
            .claim_checks(Within::All, i64::MAX, 9)
            .await
            .unwrap()
            .len(),
        2
    );
    store.fail_check(id, "").await.unwrap();
    let watch = store.claim_watch(Within::All, NOW).await.unwrap().unwrap();
    store.keep_watch(&watch, "1").await.unwrap();
    store.end_watch(id, None).await.unwrap();
    store.set_aside(id).await.unwrap();
    let projects = [PROJECT.to_owned()];
    store.expiring(&projects, Timestamp(NOW), 9).await.unwrap();
    let planted = "UPDATE connections SET policy = '{}' WHERE id = ?1";
    let plant = store
        .database()
        .database
        .query(planted, vec![id.to_string().into()]);
    plant.await.unwrap();
    assert_eq!(store.read_policy(Within::All, NOW).await.unwrap(), Some(id));
    let planted = "UPDATE connections SET policy = '7' WHERE id = ?1";
    let plant = store
        .database()
        .database
        .query(planted, vec![id.to_string().into()]);
    plant.await.unwrap();
    assert_eq!(store.read_policy(Within::All, NOW).await.unwrap(), Some(id));
}

/// Every statement about the audit of a project.
async fn audit(store: &Store<&Planning, Counting>, id: ConnectionId) {
    let change = change();
    store
        .record_refusal(&change, PROJECT, Some(id), "handOut")
        .await
        .unwrap();
    let size = PageSize::default();
    store.export_audit(PROJECT, size, None).await.unwrap();
    store.settings_audit(PROJECT, size, None).await.unwrap();
    store.link_audits(Within::All, NOW).await.unwrap();
    let verified = store.verify_audit(PROJECT, None).await.unwrap();
    assert_eq!(verified.fault, None);
    store.audited_projects("", 9).await.unwrap();
    let later = NOW + 1_000;
    assert!(store.forget_audit(Within::All, later, 0).await.unwrap());
    let verified = store.verify_audit(PROJECT, None).await.unwrap();
    assert!(verified.forgotten > 0 && verified.fault.is_none());
}

/// Whether a statement reads members of a policy's document.
pub(crate) fn reads_policy(statement: &str) -> bool {
    let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    [
        "policy ->",
        "policy->",
        "json_extract(policy",
        "json_each(policy",
        "json_tree(policy",
        ".policy, '$",
    ]
    .iter()
    .any(|reading| statement.contains(reading))
}

async fn requests(store: &Store<&Planning, Counting>) {
    let request = RequestKey {
        project: PROJECT,
        route: "/v1/check",
        key: "one",
    };
    let answer = KeptAnswer {
        status: 200,
        headers: BTreeMap::new(),
        body: String::new(),
    };
    let (change, content) = (change(), [b"body".as_slice()]);
    let claim = store.claim(&change, request, &content).await.unwrap();
    let Claim::Ours(lease) = claim else {
        panic!("{claim:?}");
    };
    store.claim(&change, request, &content).await.unwrap();
    store.release(&change, request, &lease).await.unwrap();
    store
        .keep_answer(&change, request, &lease, &answer)
        .await
        .unwrap();
}

async fn key_set(store: &Store<&Planning, Counting>) {
    let url = "https://issuer.example/jwks.json";
    store.claim_key_set(url, NOW, 1).await.unwrap();
    let fetched = FetchedKeySet {
        document: "{}".to_owned(),
        at_ms: NOW,
    };
    store.keep_key_set(url, &fetched).await.unwrap();
    store.key_set(url).await.unwrap();
}

async fn sync(store: &Store<&Planning, Counting>, id: ConnectionId) {
    let origin = SyncOrigin::Request;
    store.begin_sync(id, origin, NOW).await.unwrap();
    let held = store.start_sync(PROJECT, id, origin, NOW).await.unwrap();
    let held = held.unwrap();
    let later = NOW + 60_000;
    assert_eq!(
        store
            .waiting_syncs(Within::All, 9, later)
            .await
            .unwrap()
            .len(),
        1
    );
    store.take_up_sync(id, NOW).await.unwrap();
    store
        .record_listing(&held, &["app"], ListedTo::Cursor("1"))
        .await
        .unwrap();
    store
        .record_listing(&held, &["base"], ListedTo::End)
        .await
        .unwrap();
    store.unread_repositories(&held, 9).await.unwrap();
    store.known_tags(&held, "app", &["1"]).await.unwrap();
    let seen = SeenImage {
        repository: "app".to_owned(),
        tag: "1".to_owned(),
        digest: "sha256:aa".to_owned(),
        pushed_at: None,
    };
    store.record_seen(&held, &[seen], NOW).await.unwrap();
    assert!(store.prolong(&held, 1, NOW).await.unwrap());
    store.record_tags_cursor(&held, "app", "2").await.unwrap();
    store.mark_gone(&held, "app", NOW).await.unwrap();
    store
        .keep_images(&held, "app", &["1"], false)
        .await
        .unwrap();
    store.count_failure(&held, "app").await.unwrap();
    let outcome = RepositoryOutcome::default();
    store
        .finish_repository(&held, "app", &outcome)
        .await
        .unwrap();
    assert!(store.is_complete(&held).await.unwrap());
    assert!(store.clean_up(&held).await.unwrap());
    store.syncs(PROJECT, id).await.unwrap();
    store.release_sync(&held, NOW).await.unwrap();
    assert!(store.finish_sync(&held, None, NOW).await.unwrap());
}

async fn inventory(store: &Store<&Planning, Counting>, id: ConnectionId) {
    let pushed = SeenImage {
        repository: "app".to_owned(),
        tag: "1".to_owned(),
        digest: "sha256:aa".to_owned(),
        pushed_at: None,
    };
    store.record_push(id, &[pushed], NOW).await.unwrap();
    let details = [ManifestDetails::default()];
    store.record_details(id, &details, NOW).await.unwrap();
    store.unread_digests(id, "app", 10, NOW).await.unwrap();
    let images = store.images_of(id, "app").await.unwrap();
    let decided = Decided {
        selected: true,
        decided_by: DecidedBy::Include,
        pattern: None,
    };
    let decided = [(&images[0].image, &decided)];
    store
        .record_decisions(None, id, "app", &decided)
        .await
        .unwrap();
    let query = ImageQuery::default();
    store.inventory(PROJECT, id, &query).await.unwrap();
    let removed = store.record_removed(id, "app", Removed::Tag("1"), None, NOW);
    removed.await.unwrap();
}

/// Every statement about notices, and the triggers that make them.
async fn notices(store: &Store<&Planning, Counting>, id: ConnectionId) {
    let change = change();
    let put = store.change_notices(
        &change,
        PROJECT,
        "https://h.example.com",
        NoticeKind::ALL,
        true,
    );
    put.await.unwrap();
    store.notices(PROJECT).await.unwrap();
    for at in [NOW, NOW + 1] {
        let check = LastCheck {
            at: Timestamp(at),
            ok: false,
            proved: "none".to_owned(),
            problem: None,
        };
        store.record_check(PROJECT, id, &check).await.unwrap();
    }
    assert!(store.look_at_credentials(Within::All, NOW).await.unwrap());
    let within = [PROJECT.to_owned()];
    for (within, delivery) in [
        (Within::All, Delivery::Failed(String::new())),
        (Within::Projects(&within), Delivery::Delivered),
    ] {
        for due in store.take_notices(within, 9, NOW + 60_000).await.unwrap() {
            store.end_notice(&due, &delivery, NOW).await.unwrap();
        }
    }
    store
        .take_notices(Within::All, 9, i64::MAX / 2)
        .await
        .unwrap();
    store.forget_notices(NOW).await.unwrap();
    store.end_notices(&change, PROJECT).await.unwrap();
}

/// Every statement about scans.
async fn scans(store: &Store<&Planning, Counting>, id: ConnectionId) {
    let wanted = [wanted("1", 1), wanted("2", 2), wanted("3", 3)];
    let queued = store.queue_scans(PROJECT, id, &wanted, Origin::Sync, NOW);
    queued.await.unwrap();
    let requested = store.request_scans(PROJECT, id, &wanted, NOW);
    requested.await.unwrap();
    for state in [None, Some(ScanState::Queued)] {
        let listed = store.scans(PROJECT, id, state, PageSize::default(), None);
        listed.await.unwrap();
    }
    let leased = lease(store, "s1", 3, NOW).unwrap();
    finish(store, &leased[0], Outcome::Passed, NOW).unwrap();
    finish(store, &leased[0], Outcome::Passed, NOW).unwrap();
    finish(store, &leased[1], Outcome::Error, NOW).unwrap();
    let given_back = store.give_scans_back(id, &leased[2].lease, "", NOW);
    given_back.await.unwrap();
    store.scanners(PROJECT).await.unwrap();
    store.forget_scans(NOW).await.unwrap();
    store.take_release(Within::All, None, NOW).await.unwrap();
    let scan = Some(leased[0].scan.id);
    store.take_release(Within::All, scan, NOW).await.unwrap();
    let release = Release {
        project: PROJECT.to_owned(),
        connection: id,
        repository: "team/app".to_owned(),
        digest: "sha256:0".to_owned(),
    };
    store.end_release(&release, Some("")).await.unwrap();
    store.end_release(&release, None).await.unwrap();
}
