//! What questions cost where there are many connections: what a page costs.

use bowline_store::{Connection, Database, PageSize, Query, SealingKeys, Store, Timestamp};
use futures::executor::block_on;

use crate::{
    TestDatabase,
    store::setup::{Counting, KEY, NOW, PROJECT, change, spec},
};

/// Makes `projects` projects of `each` copies of the one connection that there is, with its audit.
const COPY: &str = "WITH RECURSIVE numbers (n) AS (VALUES (CAST(1 AS BIGINT)) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1 * ?2)
    INSERT INTO connections (id, project, name, name_key, description, provider, auth, purpose, endpoint, host,
        plain_values, secrets, sealed, key_id, trusted_auth_hosts, image, version, created_at, updated_at,
        credentials_changed_at, expires_at, changed_by, request_id)
    SELECT '01900000-0000-7000-8000-' || substr(CAST(1000000000000 + n AS TEXT), 2), 'project ' || (n % ?1),
        'name ' || substr(CAST(1000000 + n / ?1 AS TEXT), 2), 'name ' || substr(CAST(1000000 + n / ?1 AS TEXT), 2),
        description, provider, auth, purpose, 'https://r' || n || '.example.com', 'r' || n || '.example.com',
        plain_values, secrets, sealed, key_id, trusted_auth_hosts, image, version, created_at, updated_at,
        credentials_changed_at, created_at + n, changed_by, request_id
    FROM numbers, connections WHERE connections.project = ?3";

fn many(projects: i64, each: i64) -> Store<TestDatabase, Counting> {
    let keys = SealingKeys::parse(KEY).unwrap();
    let store = Store::new(TestDatabase::in_memory().unwrap(), Counting, keys);
    block_on(async {
        store.migrate(NOW).await.unwrap();
        let one = spec("one", "https://one.example.com");
        store.create(&change(), PROJECT, &one, None).await.unwrap();
        let parameters = vec![projects.into(), each.into(), PROJECT.into()];
        store.database().query(COPY, parameters).await.unwrap();
    });
    store
}

/// A question, by name, and what it cost.
fn costs(store: &Store<TestDatabase, Counting>) -> Vec<(&'static str, u64)> {
    let project = "project 1";
    let page = |query: &Query| block_on(store.list(project, query, NOW)).unwrap();
    let first = page(&Query::default());
    let connection: &Connection = &first.items[7];
    let (id, endpoint) = (connection.id, [connection.endpoint.clone()]);
    let searched = |search: &str| Query {
        search: search.to_owned(),
        ..Query::default()
    };
    let second = Query {
        cursor: first.next.clone(),
        ..Query::default()
    };
    assert_eq!(page(&second).items.len(), 50);
    let questions: [(&'static str, &dyn Fn()); 9] = [
        ("the first page", &|| drop(page(&Query::default()))),
        ("the second page", &|| drop(page(&second))),
        ("a search", &|| drop(page(&searched("name 00004")))),
        ("a search for nothing", &|| {
            drop(page(&searched("no such thing")))
        }),
        ("what ends soon", &|| {
            drop(page(&Query {
                expiring_by: Some(Timestamp(NOW)),
                ..Query::default()
            }));
        }),
        ("what nobody uses", &|| {
            drop(page(&Query {
                unused_since: Some(Timestamp(NOW)),
                ..Query::default()
            }));
        }),
        ("reading", &|| {
            drop(block_on(store.read(project, id, NOW)).unwrap());
        }),
        ("resolving", &|| {
            drop(block_on(store.serving(project, &endpoint, NOW)).unwrap());
        }),
        ("the audit", &|| {
            drop(block_on(store.audit(project, id, PageSize::default(), None)).unwrap());
        }),
    ];
    let cost = |(name, ask): (&'static str, &dyn Fn())| {
        let before = store.database().cost();
        ask();
        (name, store.database().cost() - before)
    };
    questions.into_iter().map(cost).collect()
}

#[test]
fn a_project_costs_what_it_costs_alone_among_a_thousand() {
    // Another project comes before it and another after it.
    let alone = costs(&many(3, 100));
    let among = costs(&many(1_000, 100));
    assert_eq!(among, alone);
}
