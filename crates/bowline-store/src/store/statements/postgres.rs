//! What is said otherwise to PostgreSQL than to SQLite.
//!
//! Other sessions write while a statement runs. What it decides about is asked in functions of the schema, which lock what
//! they look at and see what was committed until then. `schema/postgres/functions.sql` has them.

use super::names::Statements;
use crate::store::{columns, scans::columns as scan_columns};

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

const CREATE: &str = concat!(
    "INSERT INTO connections (id, project, name, name_key, description, provider, auth, purpose, endpoint, host,
        plain_values, secrets, trusted_auth_hosts, image, expires_at,
        check_at, check_ok, check_proved, check_problem, changed_by, changed_from, request_id, fingerprint,
        policy, pull_at, pull_timezone, scanners, scan_timeout, quarantine, image_streams, policy_revision,
        version, created_at, updated_at, credentials_changed_at, patterns, key_id, sealed)
    SELECT ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
        ?25, ?26, ?27, ?28, ?29, ?30, ?31, 1, 1, ?1, ?1, ?1, ?32, ?36, sealed_for_next(?2, ?3, ?35, ?37, ?38, ?39)
    WHERE has_room(?3, ?33) AND has_room_for_patterns(?2, ?3, ?32, ?34)
        AND sealed_for_next(?2, ?3, ?35, ?37, ?38, ?39) IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING ",
    columns!()
);

/// A name that is taken is a conflict.
const UPDATE: &str = concat!(
    "UPDATE connections SET
        name = COALESCE(?5, name), name_key = COALESCE(?6, name_key), description = COALESCE(?7, description),
        policy = CASE WHEN ?8 = 1 THEN ?9 ELSE policy END,
        pull_at = CASE WHEN ?8 = 1 THEN ?10 ELSE pull_at END,
        pull_timezone = CASE WHEN ?8 = 1 THEN ?11 ELSE pull_timezone END,
        scanners = CASE WHEN ?8 = 1 THEN ?12 ELSE scanners END,
        scan_timeout = CASE WHEN ?8 = 1 THEN ?13 ELSE scan_timeout END,
        quarantine = CASE WHEN ?8 = 1 THEN ?14 ELSE quarantine END,
        image_streams = CASE WHEN ?8 = 1 THEN ?15 ELSE image_streams END,
        policy_revision = CASE WHEN ?8 = 1 THEN version + 1 ELSE policy_revision END,
        patterns = CASE WHEN ?8 = 1 THEN ?19 ELSE patterns END,
        version = version + 1, updated_at = ?1, changed_by = ?16, changed_from = ?17, request_id = ?18
    WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL
        AND (?4 IS NULL OR version IN (SELECT CAST(value AS BIGINT) FROM json_each(?4)))
        AND (?8 = 0 OR has_room_for_patterns(?2, ?3, ?19, ?20))
    RETURNING ",
    columns!()
);

const REPLACE_CREDENTIALS: &str = concat!(
    "UPDATE connections SET
        auth = ?8, plain_values = ?9, secrets = ?10, trusted_auth_hosts = ?11,
        expires_at = ?12, check_at = ?13, check_ok = ?14, check_proved = ?15, check_problem = ?16,
        version = version + 1, updated_at = ?1, credentials_changed_at = ?1,
        changed_by = ?17, changed_from = ?18, request_id = ?19, fingerprint = ?20, key_id = ?22,
        sealed = sealed_for_next(?2, ?3, ?21, ?23, ?24, ?25)
    WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL AND provider = ?5 AND endpoint = ?6 AND purpose = ?7
        AND (?4 IS NULL OR version IN (SELECT CAST(value AS BIGINT) FROM json_each(?4)))
        AND sealed_for_next(?2, ?3, ?21, ?23, ?24, ?25) IS NOT NULL
    RETURNING ",
    columns!()
);

const DELETE: &str =
    "UPDATE connections SET sealed = NULL, key_id = NULL, fingerprint = NULL, deleted_at = ?1,
        version = version + 1, updated_at = ?1, changed_by = ?5, changed_from = ?6, request_id = ?7
    WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL AND (?4 = 1 OR NOT is_in_use(?2, ?1))
    RETURNING id";

const RESEAL: &str = "UPDATE connections SET key_id = ?4, fingerprint = ?5, resealed = ?6,
        sealed = sealed_for_next(?1, ?7, ?3, ?8, ?9, ?10)
    WHERE id = ?1 AND project = ?7 AND sealed = ?2 AND deleted_at IS NULL
        AND sealed_for_next(?1, ?7, ?3, ?8, ?9, ?10) IS NOT NULL
    RETURNING id";

const DECLARE: &str = "INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
    SELECT project, id, version, 'use',
        json_object('use', json_array(
            (SELECT json_object('consumer', consumer, 'title', title, 'until', until) FROM uses
                WHERE uses.connection = connections.id AND consumer = ?4 AND until > ?1),
            json_object('consumer', ?4, 'title', ?5, 'until', ?6))),
        ?1, ?7, ?8, ?9
    FROM connections WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL AND uses_of_others(?2, ?4, ?1) < ?10
    FOR UPDATE
    RETURNING id";

const HAND_OUT: &str = "INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
    SELECT project, id, version, 'hand-out', json_strip_nulls(json_object('lastUsedAt', json_array(last_used_at, ?1),
            'scanner', CASE WHEN ?8 IS NOT NULL THEN json_array(NULL, CAST(?8 AS TEXT)) END)), ?1, ?5, ?6, ?7
    FROM connections WHERE id = ?2 AND project = ?3 AND credentials_changed_at = ?4 AND deleted_at IS NULL
    FOR UPDATE
    RETURNING id";

const KEEP: &str = "INSERT INTO pending_events (connection, repository, tag, digest, removed, at, since, attempts, retry_at)
    SELECT connections.id, value ->> 'repository', value ->> 'tag', value ->> 'digest',
        CAST(value ->> 'removed' AS BIGINT), CAST(value ->> 'at' AS BIGINT), ?2, 0, ?2
    FROM connections, json_each(?3)
    WHERE connections.id = ?1 AND deleted_at IS NULL AND (SELECT pending_events_of(?1)) + key < ?4
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
            WHERE connections.id = ?1 AND project = ?2 AND deleted_at IS NULL AND (SELECT scans_of_project(?1, ?2)) < ?6",
            $which,
            " ON CONFLICT ",
            $conflict
        )
    };
}

/// Not what was replaced since it was decided about: its tag names another image, and no tag names it. A registry with
/// a quarantine lists the images before those that it withholds, so there nothing is left out.
const QUEUE: &str = queue!(
    " AND (COALESCE(quarantine <> 0, policy IS NOT NULL)
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
        DO UPDATE SET origin = scans.origin RETURNING "
    ),
    scan_columns!()
);

const LEASE: &str = concat!(
    "UPDATE scans SET state = 'leased', attempts = attempts + 1, scanner = ?3, lease = ?4, leased_at = ?1,
        deadline = ?1 + 1000 * COALESCE(
            (SELECT scan_timeout FROM connections WHERE id = scans.connection),
            (SELECT scan_timeout_seconds FROM settings WHERE project = scans.project),
            ?6)
    WHERE state = 'queued' AND id = ANY (ARRAY(SELECT next_scans(?2, ?3, ?7, ?1, ?5)))
    RETURNING ",
    scan_columns!()
);

const REFUSE: &str = "INSERT INTO refusals
        (project, subject, operation, minute, connection, at, source, request_id)
    SELECT ?1, ?5, ?2, ?3, COALESCE((SELECT id FROM connections WHERE id = ?4 AND project = ?1), ''), ?8, ?6, ?7
    WHERE refusals_since(?1, ?3) < ?9
    ON CONFLICT DO NOTHING RETURNING minute";

macro_rules! tell {
    ($kind:literal, $due:literal, $member:literal, $time:literal) => {
        concat!(
            "INSERT INTO notices (id, project, connection, kind, data, at, attempts)
            SELECT new_notice_id(), project, id, '",
            $kind,
            "', json_object('project', project, 'connection', json_object('id', id, 'name', name,
                'provider', provider, 'endpoint', endpoint), '",
            $member,
            "', to_char(to_timestamp(",
            $time,
            " / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')), ?2, 0
            FROM connections
            WHERE project = ?1 AND deleted_at IS NULL AND ",
            $due,
            " AND (SELECT notices_waiting(?1)) < 1000
                AND EXISTS (SELECT 1 FROM notice_endpoints, json_each(kinds)
                    WHERE notice_endpoints.project = ?1 AND value = '",
            $kind,
            "')
            LIMIT ?4"
        )
    };
}

const TELL_EXPIRING: &str = tell!(
    "credentials.expiring",
    "expires_at <= ?3 AND NOT EXISTS
        (SELECT 1 FROM notices_told WHERE notices_told.connection = connections.id AND expiring = expires_at)",
    "expiresAt",
    "expires_at"
);

const TELL_OLD: &str = tell!(
    "credentials.old",
    "credentials_changed_at <= ?3 AND secrets <> '[]' AND NOT EXISTS
        (SELECT 1 FROM notices_told WHERE notices_told.connection = connections.id AND old = credentials_changed_at)",
    "credentialsChangedAt",
    "credentials_changed_at"
);
