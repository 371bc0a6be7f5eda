//! What is said otherwise to SQLite than to PostgreSQL. SQLite has one writer, so a statement sees what it decides about.

use super::names::Statements;
use crate::{
    schema::notices::most_waiting,
    store::{columns, scans::columns as scan_columns},
};

pub(super) const STATEMENTS: Statements = Statements {
    create: CREATE,
    update: UPDATE,
    replace_credentials: REPLACE_CREDENTIALS,
    delete: DELETE,
    reseal: RESEAL,
    declare_use: DECLARE,
    hand_out: HAND_OUT,
    keep_pending: KEEP,
    queue_scans: QUEUE,
    request_scans: REQUEST,
    lease_scans: LEASE,
    record_refusal: REFUSE,
    tell_expiring: TELL_EXPIRING,
    tell_old: TELL_OLD,
};

/// The patterns in all pull policies of a project but that of one connection.
macro_rules! patterns_of_project {
    ($project:literal, $but:literal) => {
        concat!(
            "(SELECT COALESCE(SUM(other.patterns), 0) FROM connections AS other
                WHERE other.project = ",
            $project,
            " AND other.deleted_at IS NULL AND other.id IS NOT ",
            $but,
            ")"
        )
    };
}

/// Of the values that are sealed for several numbers the one for the next, which the statement's own row of the audit gets.
/// The parameters are those of `sealed::parameters`.
macro_rules! sealed_for_next {
    ($project:literal, $values:literal, $first:literal, $length:literal) => {
        concat!(
            "substr(",
            $values,
            ", 1 + (",
            $crate::store::sealed::next_audit_number!($project),
            " - ",
            $first,
            ") * ",
            $length,
            ", ",
            $length,
            ")"
        )
    };
}

/// The condition that there is one.
macro_rules! is_sealed_for_next {
    ($project:literal, $first:literal, $number:literal) => {
        concat!(
            $crate::store::sealed::next_audit_number!($project),
            " BETWEEN ",
            $first,
            " AND ",
            $first,
            " + ",
            $number,
            " - 1"
        )
    };
}

const CREATE: &str = concat!(
    "INSERT INTO connections (id, project, name, name_key, description, provider, auth, purpose, endpoint, host,
        plain_values, secrets, trusted_auth_hosts, image, expires_at,
        check_at, check_ok, check_proved, check_problem, changed_by, changed_from, request_id, fingerprint,
        policy, pull_at, pull_timezone, scanners, scan_timeout, quarantine, image_streams, policy_revision,
        version, created_at, updated_at, credentials_changed_at, patterns, key_id, sealed)
    SELECT ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
        ?25, ?26, ?27, ?28, ?29, ?30, ?31, 1, 1, ?1, ?1, ?1, ?32, ?36, ",
    sealed_for_next!("?3", "?35", "?37", "?38"),
    " WHERE (SELECT count(*) FROM connections WHERE project = ?3 AND deleted_at IS NULL) < ?33
        AND (?32 = 0 OR ?32 + ",
    patterns_of_project!("?3", "NULL"),
    " <= ?34)
        AND ",
    is_sealed_for_next!("?3", "?37", "?39"),
    " ON CONFLICT DO NOTHING RETURNING ",
    columns!()
);

const UPDATE: &str = concat!(
    "UPDATE OR IGNORE connections SET
        name = COALESCE(?5, name), name_key = COALESCE(?6, name_key), description = COALESCE(?7, description),
        policy = IIF(?8, ?9, policy), pull_at = IIF(?8, ?10, pull_at),
        pull_timezone = IIF(?8, ?11, pull_timezone), scanners = IIF(?8, ?12, scanners),
        scan_timeout = IIF(?8, ?13, scan_timeout), quarantine = IIF(?8, ?14, quarantine),
        image_streams = IIF(?8, ?15, image_streams), policy_revision = IIF(?8, version + 1, policy_revision),
        patterns = IIF(?8, ?19, patterns),
        version = version + 1, updated_at = ?1, changed_by = ?16, changed_from = ?17, request_id = ?18
    WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL
        AND (?4 IS NULL OR version IN (SELECT value FROM json_each(?4)))
        AND (NOT ?8 OR ?19 <= patterns OR ?19 + ",
    patterns_of_project!("?3", "?2"),
    " <= ?20)
    RETURNING ",
    columns!()
);

const REPLACE_CREDENTIALS: &str = concat!(
    "UPDATE connections SET
        auth = ?8, plain_values = ?9, secrets = ?10, trusted_auth_hosts = ?11,
        expires_at = ?12, check_at = ?13, check_ok = ?14, check_proved = ?15, check_problem = ?16,
        version = version + 1, updated_at = ?1, credentials_changed_at = ?1,
        changed_by = ?17, changed_from = ?18, request_id = ?19, fingerprint = ?20, key_id = ?22, sealed = ",
    sealed_for_next!("?3", "?21", "?23", "?24"),
    " WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL AND provider = ?5 AND endpoint = ?6 AND purpose = ?7
        AND (?4 IS NULL OR version IN (SELECT value FROM json_each(?4)))
        AND ",
    is_sealed_for_next!("?3", "?23", "?25"),
    " RETURNING ",
    columns!()
);

const DELETE: &str =
    "UPDATE connections SET sealed = NULL, key_id = NULL, fingerprint = NULL, deleted_at = ?1,
        version = version + 1, updated_at = ?1, changed_by = ?5, changed_from = ?6, request_id = ?7
    WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL
        AND (?4 OR NOT (EXISTS (SELECT 1 FROM uses WHERE uses.connection = ?2 AND uses.until > ?1)
            OR EXISTS (SELECT 1 FROM scans WHERE scans.connection = ?2 AND state = 'leased' AND deadline > ?1)
            OR EXISTS (SELECT 1 FROM hand_outs WHERE hand_outs.connection = ?2 AND at > ?1 - 3600000)))
    RETURNING id";

// The customer changed nothing, so the version stays; a trigger tells the audit. Who set new credentials meanwhile has
// sealed them anew, and keeps them.
const RESEAL: &str = concat!(
    "UPDATE connections SET key_id = ?4, fingerprint = ?5, resealed = ?6, sealed = ",
    sealed_for_next!("?7", "?3", "?8", "?9"),
    " WHERE id = ?1 AND project = ?7 AND sealed = ?2 AND deleted_at IS NULL AND ",
    is_sealed_for_next!("?7", "?8", "?10"),
    " RETURNING id"
);

const DECLARE: &str = "INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
    SELECT project, id, version, 'use',
        json_object('use', json_array(
            json((SELECT json_object('consumer', consumer, 'title', title, 'until', until) FROM uses
                WHERE uses.connection = connections.id AND consumer = ?4 AND until > ?1)),
            json_object('consumer', ?4, 'title', ?5, 'until', ?6))),
        ?1, ?7, ?8, ?9
    FROM connections WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL
        AND (SELECT count(*) FROM uses WHERE uses.connection = ?2 AND until > ?1 AND consumer <> ?4) < ?10
    RETURNING id";

const HAND_OUT: &str = "INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
    SELECT project, id, version, 'hand-out', json_patch('{}', json_object('lastUsedAt', json_array(last_used_at, ?1),
            'scanner', IIF(?8 IS NULL, NULL, json_array(NULL, ?8)))), ?1, ?5, ?6, ?7
    FROM connections WHERE id = ?2 AND project = ?3 AND credentials_changed_at = ?4 AND deleted_at IS NULL
    RETURNING id";

const KEEP: &str = "INSERT INTO pending_events (connection, repository, tag, digest, removed, at, since, attempts, retry_at)
    SELECT connections.id, value ->> 'repository', value ->> 'tag', value ->> 'digest', value ->> 'removed',
        value ->> 'at', ?2, 0, ?2
    FROM connections, json_each(?3)
    WHERE connections.id = ?1 AND deleted_at IS NULL
        AND (SELECT count(*) FROM pending_events WHERE connection = ?1) + key < ?4
    ON CONFLICT (connection, repository, tag) DO UPDATE SET digest = excluded.digest, removed = excluded.removed,
        at = excluded.at, since = excluded.since, attempts = 0, retry_at = excluded.retry_at
    RETURNING tag";

macro_rules! queue {
    ($which:expr, $conflict:literal) => {
        concat!(
            "INSERT INTO scans (id, project, connection, repository, tag, digest, state, origin, attempts, queued_at)
            SELECT wanted.value ->> 'id', project, connections.id, wanted.value ->> 'repository',
                wanted.value ->> 'tag', wanted.value ->> 'digest', 'queued', ?4, 0, ?5
            FROM connections, json_each(?3) AS wanted
            WHERE connections.id = ?1 AND project = ?2 AND deleted_at IS NULL
                AND (SELECT count(*) FROM scans AS others WHERE others.project = ?2 AND state IN ('queued', 'leased')) < ?6",
            $which,
            " ON CONFLICT ",
            $conflict
        )
    };
}

/// Not what was replaced since it was decided about: its tag names another image, and no tag names it. A registry with
/// a quarantine lists the images before those that it withholds, so there nothing is left out.
const QUEUE: &str = queue!(
    " AND (COALESCE(quarantine, policy IS NOT NULL)
        OR NOT EXISTS (SELECT 1 FROM images WHERE images.connection = ?1 AND images.repository = wanted.value ->> 'repository'
            AND images.tag = wanted.value ->> 'tag' AND images.digest <> wanted.value ->> 'digest')
        OR EXISTS (SELECT 1 FROM images WHERE images.connection = ?1 AND images.digest = wanted.value ->> 'digest'
            AND images.state <> 'gone'))",
    "DO NOTHING RETURNING id"
);

/// An image that is queued or at work already is updated without a change, so that it is returned too.
const REQUEST: &str = concat!(
    queue!(
        "",
        "(connection, COALESCE(digest, repository || ':' || tag)) WHERE state IN ('queued', 'leased')
        DO UPDATE SET origin = origin RETURNING "
    ),
    scan_columns!()
);

/// One image each of the connections that come in the same round, the first that there is: the one that waits longest.
/// A connection whose policy is not read yet waits: it may name the scanners. A name that a policy names is that of the
/// subject who asked under it first.
const LEASE: &str = concat!(
    "UPDATE scans SET state = 'leased', attempts = attempts + 1, scanner = ?3, lease = ?4, leased_at = ?1,
        deadline = ?1 + 1000 * COALESCE(
            (SELECT scan_timeout FROM connections WHERE id = scans.connection),
            (SELECT scan_timeout_seconds FROM settings WHERE project = scans.project),
            ?6)
    WHERE state = 'queued' AND id IN (
        SELECT (SELECT id FROM scans AS waiting
            WHERE waiting.connection = next.connection AND waiting.state = 'queued'
            ORDER BY queued_at, id LIMIT 1)
        FROM (SELECT connection, turn, MIN(turn) OVER () AS first
            FROM scan_queues JOIN connections ON connections.id = connection
            WHERE scan_queues.project IN (SELECT value FROM json_each(?2)) AND waiting = 1 AND rests_until <= ?1
                AND (policy IS NULL OR policy_revision IS NOT NULL)
                AND (scanners IS NULL OR (EXISTS (SELECT 1 FROM json_each(scanners) WHERE value = ?3)
                    AND EXISTS (SELECT 1 FROM scanners AS known WHERE known.project = scan_queues.project
                        AND known.name = ?3 AND known.subject = ?7)))
            ) AS next
        WHERE turn = first ORDER BY connection LIMIT ?5)
    RETURNING ",
    scan_columns!()
);

const REFUSE: &str = "INSERT INTO refusals
        (project, subject, operation, minute, connection, at, source, request_id)
    SELECT ?1, ?5, ?2, ?3, COALESCE((SELECT id FROM connections WHERE id = ?4 AND project = ?1), ''), ?8, ?6, ?7
    WHERE (SELECT count(*) FROM refusals WHERE project = ?1 AND minute >= ?3) < ?9
    ON CONFLICT DO NOTHING RETURNING minute";

macro_rules! tell {
    ($kind:literal, $due:literal, $data:literal) => {
        concat!(
            "INSERT INTO notices (id, project, connection, kind, data, at, attempts)
            SELECT 'msg_' || lower(hex(randomblob(16))), project, id, '",
            $kind,
            "', json_object('project', project, 'connection', json_object('id', id, 'name', name,
                'provider', provider, 'endpoint', endpoint)",
            $data,
            "), ?2, 0
            FROM connections INDEXED BY connections_listed
            WHERE project = ?1 AND deleted_at IS NULL AND ",
            $due,
            " AND EXISTS (SELECT 1 FROM notice_endpoints, json_each(kinds)
                    WHERE notice_endpoints.project = ?1 AND value = '",
            $kind,
            "')
                AND (SELECT count(*) FROM notices WHERE notices.project = ?1 AND set_aside_at IS NULL) < ",
            most_waiting!(),
            " LIMIT ?4"
        )
    };
}

const TELL_EXPIRING: &str = tell!(
    "credentials.expiring",
    "expires_at <= ?3 AND NOT EXISTS
        (SELECT 1 FROM notices_told WHERE notices_told.connection = connections.id AND expiring = expires_at)",
    ", 'expiresAt', strftime('%Y-%m-%dT%H:%M:%SZ', expires_at / 1000, 'unixepoch')"
);

const TELL_OLD: &str = tell!(
    "credentials.old",
    "credentials_changed_at <= ?3 AND secrets <> '[]' AND NOT EXISTS
        (SELECT 1 FROM notices_told WHERE notices_told.connection = connections.id AND old = credentials_changed_at)",
    ", 'credentialsChangedAt', strftime('%Y-%m-%dT%H:%M:%SZ', credentials_changed_at / 1000, 'unixepoch')"
);
