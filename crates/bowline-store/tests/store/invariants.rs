//! What holds of a database at any moment, whatever died and whoever else was at work.

use crate::TestDatabase;
use bowline_store::Database;
use futures::executor::block_on;

/// Each finds the rows that must not be.
const VIOLATIONS: &[(&str, &str)] = &[
    (
        "two live connections of one name",
        "SELECT project, name_key FROM connections WHERE deleted_at IS NULL GROUP BY project, name_key HAVING count(*) > 1",
    ),
    (
        "two live connections to one endpoint",
        "SELECT project, endpoint FROM connections WHERE deleted_at IS NULL
            GROUP BY project, endpoint, purpose HAVING count(*) > 1",
    ),
    (
        "a version that the audit does not have once",
        "SELECT id FROM connections WHERE version <> (SELECT count(DISTINCT version) FROM audit WHERE connection = connections.id)
            OR version <> (SELECT count(*) FROM audit WHERE connection = connections.id
                AND action IN ('create', 'update', 'credentials', 'delete'))",
    ),
    (
        "an audit entry of no connection",
        "SELECT id FROM audit WHERE connection <> '' AND connection NOT IN (SELECT id FROM connections)",
    ),
    (
        "a number of the audit that is missing, or a counter that does not tell the last",
        "SELECT project FROM audit_heads WHERE number <> (SELECT count(*) FROM audit WHERE audit.project = audit_heads.project)
            OR number <> (SELECT MAX(number) FROM audit WHERE audit.project = audit_heads.project)
            OR linked > number
        UNION SELECT project FROM audit WHERE number IS NULL",
    ),
    (
        "a link of no row, or a gap between links",
        "SELECT project FROM audit_links GROUP BY project HAVING count(*) <> MAX(number)
            OR MAX(number) <> (SELECT linked FROM audit_heads WHERE audit_heads.project = audit_links.project)",
    ),
    (
        "secrets whose row of the audit does not vouch for them",
        "SELECT id FROM connections WHERE substr(sealed, 1, 1) = x'02' AND 1 IS DISTINCT FROM (SELECT keyed FROM audit
            WHERE audit.connection = connections.id AND action IN ('create', 'credentials', 'reseal', 'delete')
            ORDER BY number DESC LIMIT 1)",
    ),
    (
        "a tombstone with something left",
        "SELECT id FROM connections WHERE deleted_at IS NOT NULL
            AND (sealed IS NOT NULL OR fingerprint IS NOT NULL OR id IN (SELECT connection FROM uses)
                OR id IN (SELECT connection FROM hand_outs)
                OR id IN (SELECT connection FROM event_addresses) OR id IN (SELECT connection FROM pending_events))",
    ),
    (
        "a last use that is not the latest hand-out",
        "SELECT id FROM connections WHERE last_used_at IS DISTINCT FROM
            (SELECT max(at) FROM audit WHERE connection = connections.id AND action = 'hand-out')",
    ),
    (
        "a use that was not declared",
        "SELECT connection FROM uses WHERE NOT EXISTS (SELECT 1 FROM audit WHERE audit.connection = uses.connection
            AND action = 'use' AND changes -> 'use' -> 1 ->> 'consumer' = consumer)",
    ),
    (
        "an address of events that the audit knows otherwise",
        "SELECT connection FROM event_addresses WHERE CASE WHEN hash IS NULL THEN 'false' ELSE 'true' END IS DISTINCT FROM
            (SELECT CAST(changes -> 'events' -> 1 AS TEXT) FROM audit
            WHERE audit.connection = event_addresses.connection AND action = 'events' ORDER BY audit.id DESC LIMIT 1)",
    ),
    (
        "a resealing without its audit",
        "SELECT id FROM connections WHERE resealed IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit
            WHERE connection = connections.id AND action = 'reseal' AND changes -> 'sealingKey' ->> 1 IS NOT NULL)",
    ),
    (
        "settings without their audit",
        "SELECT project FROM settings WHERE version <> 1 + (SELECT count(*) FROM audit
            WHERE audit.project = settings.project AND action = 'settings')",
    ),
    (
        "an inventory of no connection",
        "SELECT connection FROM (SELECT connection FROM images UNION SELECT connection FROM manifests
                UNION SELECT connection FROM removals UNION SELECT connection FROM syncs) AS kept
            WHERE connection NOT IN (SELECT id FROM connections WHERE deleted_at IS NULL)",
    ),
    (
        "an image that is gone at no time, or that is not gone at some",
        "SELECT tag FROM images WHERE (state = 'gone') <> (gone_at IS NOT NULL)",
    ),
    (
        "an image that is to be scanned twice",
        "SELECT connection, digest FROM scans WHERE state IN ('queued', 'leased')
            GROUP BY connection, digest HAVING count(*) > 1",
    ),
    (
        "a queue that does not say whether something waits",
        "SELECT connection FROM scan_queues WHERE (waiting = 1) <> EXISTS
            (SELECT 1 FROM scans WHERE scans.connection = scan_queues.connection AND state = 'queued')",
    ),
    (
        "a scan without a queue",
        "SELECT id FROM scans WHERE connection NOT IN (SELECT connection FROM scan_queues)",
    ),
    (
        "a tombstone with scans or releases",
        "SELECT id FROM connections WHERE deleted_at IS NOT NULL
            AND (id IN (SELECT connection FROM scan_queues) OR id IN (SELECT connection FROM releases))",
    ),
];

/// Panics with `when` where something does not hold.
pub(crate) fn hold(database: &TestDatabase, when: &str) {
    for (violation, statement) in VIOLATIONS {
        let found = block_on(database.query(statement, vec![])).unwrap();
        assert!(found.is_empty(), "{when}: {violation}: {found:?}");
    }
}
