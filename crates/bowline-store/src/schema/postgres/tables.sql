-- A removed connection stays as a tombstone: the row without its sealed value. Times are milliseconds since 1970. Text is
-- compared byte by byte, as SQLite does. The schema of SQLite says what each table and column is for.

CREATE TABLE connections (
    id text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    description text COLLATE "C" NOT NULL,
    provider text COLLATE "C" NOT NULL,
    auth text COLLATE "C" NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    endpoint text COLLATE "C" NOT NULL,
    host text COLLATE "C" NOT NULL,
    plain_values text COLLATE "C" NOT NULL,
    secrets text COLLATE "C" NOT NULL,
    sealed bytea,
    key_id text COLLATE "C",
    trusted_auth_hosts text COLLATE "C" NOT NULL,
    image text COLLATE "C" NOT NULL,
    policy text COLLATE "C",
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    credentials_changed_at bigint NOT NULL,
    last_used_at bigint,
    expires_at bigint,
    check_at bigint,
    check_ok bigint,
    check_proved text COLLATE "C",
    check_problem text COLLATE "C",
    deleted_at bigint,
    changed_by text COLLATE "C" NOT NULL,
    changed_from text COLLATE "C",
    request_id text COLLATE "C" NOT NULL,
    fingerprint text COLLATE "C",
    resealed text COLLATE "C",
    policy_revision bigint,
    pull_at bigint,
    pull_timezone text COLLATE "C",
    scanners text COLLATE "C",
    scan_timeout bigint,
    quarantine bigint,
    image_streams bigint,
    patterns bigint NOT NULL DEFAULT 0,
    CHECK ((deleted_at IS NULL) = (sealed IS NOT NULL))
);
CREATE UNIQUE INDEX connections_name ON connections (project, name_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX connections_endpoint ON connections (project, endpoint, purpose) WHERE deleted_at IS NULL;
CREATE INDEX connections_fingerprint ON connections (fingerprint) WHERE deleted_at IS NULL AND fingerprint IS NOT NULL;
CREATE INDEX connections_key ON connections (key_id, id) WHERE key_id IS NOT NULL;

CREATE TABLE uses (
    connection text COLLATE "C" NOT NULL,
    consumer text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL,
    until bigint NOT NULL,
    PRIMARY KEY (connection, consumer)
);

CREATE TABLE hand_outs (
    connection text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (connection, subject)
);
CREATE INDEX hand_outs_at ON hand_outs (connection, at);

CREATE SEQUENCE audit_ids;
CREATE TABLE audit (
    id bigint PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    connection text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    action text COLLATE "C" NOT NULL,
    changes text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    subject text COLLATE "C" NOT NULL,
    source text COLLATE "C",
    request_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    keyed bigint
);
CREATE UNIQUE INDEX audit_numbers ON audit (project, number);
CREATE INDEX audit_connection ON audit (project, connection, id);
CREATE INDEX audit_generations ON audit (project, connection, number)
    WHERE action IN ('create', 'credentials', 'reseal', 'delete');
CREATE INDEX audit_events ON audit (project, connection, number) WHERE action = 'events';
CREATE INDEX audit_external_ids ON audit (project) WHERE action = 'external-id';

CREATE TABLE audit_heads (
    project text COLLATE "C" PRIMARY KEY,
    number bigint NOT NULL,
    linked bigint NOT NULL,
    link_at bigint NOT NULL,
    forget_at bigint NOT NULL
);
CREATE INDEX audit_heads_unlinked ON audit_heads (link_at) WHERE linked < number;
CREATE INDEX audit_heads_forget ON audit_heads (forget_at);

CREATE TABLE audit_links (
    project text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    mac text COLLATE "C" NOT NULL,
    PRIMARY KEY (project, number)
);

CREATE TABLE audit_checkpoints (
    project text COLLATE "C" PRIMARY KEY,
    number bigint NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    mac text COLLATE "C" NOT NULL
);
CREATE INDEX audit_checkpoints_key ON audit_checkpoints (key_id, project);

CREATE TABLE refusals (
    project text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    operation text COLLATE "C" NOT NULL,
    minute bigint NOT NULL,
    connection text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    source text COLLATE "C",
    request_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (project, subject, operation, minute)
);

CREATE TABLE check_counts (
    subject text COLLATE "C" PRIMARY KEY,
    minute bigint NOT NULL,
    checks bigint NOT NULL
);

CREATE TABLE settings (
    project text COLLATE "C" PRIMARY KEY,
    external_id text COLLATE "C" NOT NULL,
    scan_timeout_seconds bigint NOT NULL,
    keep_newest bigint,
    version bigint NOT NULL,
    updated_at bigint NOT NULL,
    changed_by text COLLATE "C",
    changed_from text COLLATE "C",
    request_id text COLLATE "C",
    external_id_tag text COLLATE "C",
    external_id_key text COLLATE "C"
);
CREATE INDEX settings_external_id_key ON settings (external_id_key, project);

CREATE TABLE key_sets (
    url text COLLATE "C" PRIMARY KEY,
    asked_at bigint NOT NULL,
    fetched_at bigint,
    sealed bytea
);

CREATE TABLE requests (
    project text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    route text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    hash text COLLATE "C" NOT NULL,
    connection text COLLATE "C" NOT NULL,
    lease text COLLATE "C" NOT NULL,
    lease_until bigint NOT NULL,
    begun_at bigint NOT NULL,
    status bigint,
    headers text COLLATE "C",
    body text COLLATE "C",
    PRIMARY KEY (project, subject, route, key)
);
CREATE INDEX requests_begun ON requests (begun_at);
CREATE INDEX requests_subject ON requests (subject, begun_at);

CREATE TABLE scans (
    id text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    connection text COLLATE "C" NOT NULL,
    repository text COLLATE "C" NOT NULL,
    tag text COLLATE "C",
    digest text COLLATE "C",
    state text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL,
    attempts bigint NOT NULL,
    queued_at bigint NOT NULL,
    leased_at bigint,
    deadline bigint,
    finished_at bigint,
    scanner text COLLATE "C",
    lease text COLLATE "C",
    reason text COLLATE "C",
    left_at bigint,
    CHECK (tag IS NOT NULL OR digest IS NOT NULL),
    CHECK (state <> 'leased' OR (deadline IS NOT NULL AND lease IS NOT NULL)),
    CHECK ((state IN ('queued', 'leased')) = (finished_at IS NULL))
);
CREATE UNIQUE INDEX scans_unfinished ON scans (connection, COALESCE(digest, repository || ':' || tag))
    WHERE state IN ('queued', 'leased');
CREATE INDEX scans_connection ON scans (connection, id);
CREATE INDEX scans_state ON scans (connection, state, id);
CREATE INDEX scans_queued ON scans (connection, queued_at, id) WHERE state = 'queued';
CREATE INDEX scans_deadline ON scans (deadline) WHERE state = 'leased';
CREATE INDEX scans_finished ON scans (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX scans_leased ON scans (connection, scanner, deadline) WHERE state = 'leased';
CREATE INDEX scans_unfinished_of_project ON scans (project) WHERE state IN ('queued', 'leased');

CREATE TABLE scan_queues (
    connection text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    waiting bigint NOT NULL,
    turn bigint NOT NULL,
    failures bigint NOT NULL,
    rests_until bigint NOT NULL
);
CREATE INDEX scan_queues_waiting ON scan_queues (project, turn) WHERE waiting = 1;
CREATE INDEX scan_queues_turn ON scan_queues (turn);

CREATE TABLE scanners (
    project text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    last_seen bigint NOT NULL,
    subject text COLLATE "C",
    PRIMARY KEY (project, name)
);
CREATE INDEX scanners_seen ON scanners (last_seen);

CREATE TABLE releases (
    connection text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    repository text COLLATE "C" NOT NULL,
    scan text COLLATE "C" NOT NULL,
    attempts bigint NOT NULL,
    next_at bigint NOT NULL,
    problem text COLLATE "C",
    PRIMARY KEY (connection, digest, repository)
);
CREATE INDEX releases_next ON releases (next_at);
CREATE INDEX releases_scan ON releases (scan, next_at);

CREATE TABLE images (
    connection text COLLATE "C" NOT NULL,
    repository text COLLATE "C" NOT NULL,
    tag text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    pushed_at bigint,
    told_at bigint NOT NULL,
    first_seen bigint NOT NULL,
    last_seen bigint NOT NULL,
    seen_by text COLLATE "C",
    state text COLLATE "C" NOT NULL,
    gone_at bigint,
    kept bigint NOT NULL DEFAULT 1,
    selected bigint,
    decided_by text COLLATE "C",
    pattern text COLLATE "C",
    PRIMARY KEY (connection, repository, tag)
);
CREATE INDEX images_digest ON images (connection, digest);
CREATE INDEX images_gone ON images (connection, repository, tag) WHERE state = 'gone';

CREATE TABLE manifests (
    connection text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    created_at bigint,
    size bigint,
    artifact_type text COLLATE "C",
    read_at bigint,
    scanned_at bigint,
    scan_result text COLLATE "C",
    problem text COLLATE "C",
    tried_at bigint,
    PRIMARY KEY (connection, digest)
);

CREATE TABLE removals (
    connection text COLLATE "C" NOT NULL,
    repository text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    noted_at bigint NOT NULL,
    PRIMARY KEY (connection, repository, name)
);

CREATE TABLE event_addresses (
    connection text COLLATE "C" PRIMARY KEY,
    hash bytea,
    created_at bigint NOT NULL,
    received bigint NOT NULL,
    unknown bigint NOT NULL,
    last_received_at bigint,
    minute bigint NOT NULL,
    requests bigint NOT NULL,
    changed_by text COLLATE "C" NOT NULL,
    changed_from text COLLATE "C",
    request_id text COLLATE "C" NOT NULL,
    tagged bytea,
    tag text COLLATE "C",
    tag_key text COLLATE "C"
);
CREATE INDEX event_addresses_key ON event_addresses (tag_key, connection);

CREATE TABLE pending_events (
    connection text COLLATE "C" NOT NULL,
    repository text COLLATE "C" NOT NULL,
    tag text COLLATE "C" NOT NULL,
    digest text COLLATE "C",
    removed bigint NOT NULL,
    at bigint,
    since bigint NOT NULL,
    attempts bigint NOT NULL,
    retry_at bigint NOT NULL,
    PRIMARY KEY (connection, repository, tag)
);
CREATE INDEX pending_events_retry ON pending_events (retry_at);

CREATE TABLE syncs (
    id text COLLATE "C" PRIMARY KEY,
    connection text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    phase text COLLATE "C" NOT NULL,
    started_at bigint NOT NULL,
    finished_at bigint,
    cursor text COLLATE "C",
    requests bigint NOT NULL DEFAULT 0,
    failures bigint NOT NULL DEFAULT 0,
    retry_at bigint NOT NULL DEFAULT 0,
    problem text COLLATE "C",
    complete bigint NOT NULL DEFAULT 0,
    outcome text COLLATE "C",
    lease text COLLATE "C" NOT NULL,
    lease_until bigint NOT NULL,
    attempts bigint NOT NULL DEFAULT 0,
    CHECK ((finished_at IS NULL) = (state = 'running')),
    CHECK ((finished_at IS NULL) = (outcome IS NULL))
);
CREATE UNIQUE INDEX syncs_unfinished ON syncs (connection) WHERE finished_at IS NULL;
CREATE INDEX syncs_finished ON syncs (connection) WHERE finished_at IS NOT NULL;
CREATE INDEX syncs_waiting ON syncs (retry_at) WHERE finished_at IS NULL;

CREATE TABLE sync_repositories (
    sync text COLLATE "C" NOT NULL,
    repository text COLLATE "C" NOT NULL,
    listed bigint NOT NULL,
    cursor text COLLATE "C",
    failures bigint NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    problem text COLLATE "C",
    new bigint NOT NULL DEFAULT 0,
    replaced bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    gone bigint NOT NULL DEFAULT 0,
    queued bigint NOT NULL DEFAULT 0,
    skipped text COLLATE "C" NOT NULL DEFAULT '[]',
    PRIMARY KEY (sync, repository)
);
CREATE INDEX sync_repositories_left ON sync_repositories (sync, repository) WHERE done = 0;

CREATE TABLE schedules (
    connection text COLLATE "C" PRIMARY KEY,
    plan_from bigint,
    sync_at bigint,
    run text COLLATE "C",
    run_at bigint,
    watch_at bigint,
    stream_version text COLLATE "C",
    check_at bigint NOT NULL,
    policy_problem text COLLATE "C",
    check_attempts bigint NOT NULL DEFAULT 0,
    check_problem text COLLATE "C",
    watch_attempts bigint NOT NULL DEFAULT 0,
    watch_problem text COLLATE "C",
    policy_read_at bigint,
    policy_attempts bigint NOT NULL DEFAULT 0
);
CREATE INDEX schedules_plan ON schedules (plan_from) WHERE plan_from IS NOT NULL;
CREATE INDEX schedules_sync ON schedules (sync_at) WHERE sync_at IS NOT NULL;
CREATE INDEX schedules_check ON schedules (check_at);
CREATE INDEX schedules_watch ON schedules (watch_at) WHERE watch_at IS NOT NULL;
CREATE INDEX schedules_policy ON schedules (policy_read_at) WHERE policy_read_at IS NOT NULL;

CREATE TABLE notice_endpoints (
    project text COLLATE "C" PRIMARY KEY,
    url text COLLATE "C",
    kinds text COLLATE "C" NOT NULL,
    sealed bytea,
    key_id text COLLATE "C",
    version bigint NOT NULL,
    updated_at bigint NOT NULL,
    delivered_at bigint,
    problem text COLLATE "C",
    due_at bigint,
    trying text COLLATE "C",
    failures bigint NOT NULL DEFAULT 0,
    look_at bigint NOT NULL,
    changed_by text COLLATE "C" NOT NULL,
    changed_from text COLLATE "C",
    request_id text COLLATE "C" NOT NULL,
    CHECK ((url IS NULL) = (sealed IS NULL))
);
CREATE INDEX notice_endpoints_due ON notice_endpoints (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notice_endpoints_look ON notice_endpoints (look_at) WHERE url IS NOT NULL;
CREATE INDEX notice_endpoints_key ON notice_endpoints (key_id, project);

CREATE TABLE notices (
    id text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    connection text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    data text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    attempts bigint NOT NULL,
    set_aside_at bigint
);
CREATE INDEX notices_waiting ON notices (project, attempts, at, id) WHERE set_aside_at IS NULL;
CREATE INDEX notices_set_aside ON notices (set_aside_at) WHERE set_aside_at IS NOT NULL;
CREATE INDEX notices_set_aside_of ON notices (project) WHERE set_aside_at IS NOT NULL;
CREATE INDEX notices_connection ON notices (connection);

CREATE TABLE notices_told (
    connection text COLLATE "C" PRIMARY KEY,
    failing_since bigint,
    expiring bigint,
    old bigint
);
