//! The tables of the scan queue, of scanners, and of quarantined images to release.

/// Scans: queued, at work and done. If a registry knows no digests, the tag identifies the image.
pub(super) const SCANS: &str = "CREATE TABLE IF NOT EXISTS scans (
    id TEXT PRIMARY KEY NOT NULL,
    project TEXT NOT NULL,
    connection TEXT NOT NULL,
    repository TEXT NOT NULL,
    tag TEXT,
    digest TEXT,
    state TEXT NOT NULL,
    origin TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    leased_at INTEGER,
    deadline INTEGER,
    finished_at INTEGER,
    scanner TEXT,
    lease TEXT,
    reason TEXT,
    CHECK (tag IS NOT NULL OR digest IS NOT NULL),
    CHECK (state <> 'leased' OR (deadline IS NOT NULL AND lease IS NOT NULL)),
    CHECK ((state IN ('queued', 'leased')) = (finished_at IS NULL))
) STRICT, WITHOUT ROWID";

/// An image is scanned once, however many tags name it.
pub(super) const UNFINISHED: &str = "CREATE UNIQUE INDEX IF NOT EXISTS scans_unfinished ON scans (connection, COALESCE(digest, repository || ':' || tag))
    WHERE state IN ('queued', 'leased')";

pub(super) const CONNECTION: &str =
    "CREATE INDEX IF NOT EXISTS scans_connection ON scans (connection, id)";

pub(super) const STATE: &str =
    "CREATE INDEX IF NOT EXISTS scans_state ON scans (connection, state, id)";

pub(super) const QUEUED: &str = "CREATE INDEX IF NOT EXISTS scans_queued ON scans (connection, queued_at, id) WHERE state = 'queued'";

pub(super) const DEADLINE: &str =
    "CREATE INDEX IF NOT EXISTS scans_deadline ON scans (deadline) WHERE state = 'leased'";

pub(super) const FINISHED: &str = "CREATE INDEX IF NOT EXISTS scans_finished ON scans (finished_at) WHERE finished_at IS NOT NULL";

/// One row a connection, so that what a lease costs does not depend on how many scans wait. Its turn is the round in
/// which it comes next. It rests after failures to make credentials.
pub(super) const QUEUES: &str = "CREATE TABLE IF NOT EXISTS scan_queues (
    connection TEXT PRIMARY KEY NOT NULL,
    project TEXT NOT NULL,
    waiting INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    rests_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID";

pub(super) const QUEUES_WAITING: &str = "CREATE INDEX IF NOT EXISTS scan_queues_waiting ON scan_queues (project, turn) WHERE waiting = 1";

pub(super) const QUEUES_TURN: &str =
    "CREATE INDEX IF NOT EXISTS scan_queues_turn ON scan_queues (turn)";

pub(super) const BEGIN: &str = "CREATE TRIGGER IF NOT EXISTS scans_begin AFTER INSERT ON scans
BEGIN
    INSERT INTO scan_queues (connection, project, waiting, turn, failures, rests_until)
    VALUES (NEW.connection, NEW.project, 1, 0, 0, 0)
    ON CONFLICT (connection) DO UPDATE SET waiting = 1 WHERE waiting = 0;
END";

pub(super) const CHANGE: &str = "CREATE TRIGGER IF NOT EXISTS scans_change AFTER UPDATE OF state ON scans
WHEN OLD.state = 'queued' OR NEW.state = 'queued'
BEGIN
    UPDATE scan_queues SET
        waiting = EXISTS (SELECT 1 FROM scans WHERE connection = NEW.connection AND state = 'queued'),
        turn = CASE WHEN NEW.state = 'leased' THEN 1 + (SELECT MAX(turn) FROM scan_queues) ELSE turn END
    WHERE connection = NEW.connection;
END";

/// Instead of [`CHANGE`], which gave turns in the order of the scans' ids. Whoever waits is served once in a round; who
/// was not there for some rounds has none of them left over.
pub(super) const TURN: &str = "CREATE TRIGGER IF NOT EXISTS scans_turn AFTER UPDATE OF state ON scans
WHEN OLD.state = 'queued' OR NEW.state = 'queued'
BEGIN
    UPDATE scan_queues SET
        waiting = EXISTS (SELECT 1 FROM scans WHERE connection = NEW.connection AND state = 'queued'),
        turn = CASE WHEN NEW.state = 'leased' THEN MAX(turn + 1, (SELECT MAX(turn) FROM scan_queues)) ELSE turn END
    WHERE connection = NEW.connection;
END";

pub(super) const CHANGE_ENDS: &str = "DROP TRIGGER IF EXISTS scans_change";

pub(super) const ENDS: &str =
    "CREATE TRIGGER IF NOT EXISTS connections_scans_end AFTER UPDATE OF deleted_at ON connections
WHEN NEW.deleted_at IS NOT NULL
BEGIN
    DELETE FROM scans WHERE connection = NEW.id;
    DELETE FROM scan_queues WHERE connection = NEW.id;
END";

/// New credentials, or some that served, end the rest.
pub(super) const WAKE: &str = "CREATE TRIGGER IF NOT EXISTS connections_scans_wake AFTER UPDATE OF credentials_changed_at ON connections
BEGIN
    UPDATE scan_queues SET failures = 0, rests_until = 0 WHERE connection = NEW.id AND failures > 0;
END";

pub(super) const SERVED: &str = "CREATE TRIGGER IF NOT EXISTS audit_hand_out_scans AFTER INSERT ON audit WHEN NEW.action = 'hand-out'
BEGIN
    UPDATE scan_queues SET failures = 0, rests_until = 0 WHERE connection = NEW.connection AND failures > 0;
END";

pub(super) const SCANNERS: &str = "CREATE TABLE IF NOT EXISTS scanners (
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID";

/// Who asked first under the name. Images that a policy gives to named scanners are given to nobody else by that name.
pub(super) const SCANNER_SUBJECT: &str = "ALTER TABLE scanners ADD COLUMN subject TEXT";

pub(super) const SCANNERS_SEEN: &str =
    "CREATE INDEX IF NOT EXISTS scanners_seen ON scanners (last_seen)";

/// Images that passed and that their registry is still to be told of.
pub(super) const RELEASES: &str = "CREATE TABLE IF NOT EXISTS releases (
    connection TEXT NOT NULL,
    digest TEXT NOT NULL,
    repository TEXT NOT NULL,
    scan TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    problem TEXT,
    PRIMARY KEY (connection, digest, repository)
) STRICT, WITHOUT ROWID";

pub(super) const RELEASES_NEXT: &str =
    "CREATE INDEX IF NOT EXISTS releases_next ON releases (next_at)";

pub(super) const RELEASES_SCAN: &str =
    "CREATE INDEX IF NOT EXISTS releases_scan ON releases (scan, next_at)";

/// Each repository withholds it for itself. While a policy is not read, it is taken to quarantine.
pub(super) const RELEASE: &str = "CREATE TRIGGER IF NOT EXISTS scans_passed AFTER UPDATE OF state ON scans
WHEN NEW.state = 'passed' AND NEW.digest IS NOT NULL
    AND (SELECT COALESCE(quarantine, policy IS NOT NULL) FROM connections WHERE id = NEW.connection)
BEGIN
    INSERT INTO releases (connection, digest, repository, scan, attempts, next_at)
    SELECT NEW.connection, NEW.digest, repository, NEW.id, 0, NEW.finished_at
    FROM (SELECT NEW.repository AS repository UNION
        SELECT repository FROM images WHERE connection = NEW.connection AND digest = NEW.digest AND state <> 'gone')
    WHERE true
    ON CONFLICT (connection, digest, repository) DO UPDATE SET
        scan = excluded.scan, attempts = 0, next_at = excluded.next_at;
END";

/// Releases end when the policy no longer quarantines.
pub(super) const RELEASES_END: &str = "CREATE TRIGGER IF NOT EXISTS connections_quarantine_ends
AFTER UPDATE OF policy_revision, deleted_at ON connections
WHEN NEW.deleted_at IS NOT NULL OR NOT COALESCE(NEW.quarantine, NEW.policy IS NOT NULL)
BEGIN
    DELETE FROM releases WHERE connection = NEW.id;
END";

/// The result of a scan, kept with its digest for the inventory. A digest may be scanned that no sync has seen.
pub(super) const RECORD: &str =
    "CREATE TRIGGER IF NOT EXISTS scans_record AFTER UPDATE OF state ON scans
WHEN NEW.state IN ('passed', 'failed') AND NEW.digest IS NOT NULL
BEGIN
    INSERT INTO manifests (connection, digest, scanned_at, scan_result)
    VALUES (NEW.connection, NEW.digest, NEW.finished_at, NEW.state)
    ON CONFLICT (connection, digest) DO UPDATE SET
        scanned_at = excluded.scanned_at, scan_result = excluded.scan_result;
END";

/// The leases of a connection by scanner: they are uses of it.
pub(super) const LEASED: &str = "CREATE INDEX IF NOT EXISTS scans_leased ON scans (connection, scanner, deadline) WHERE state = 'leased'";

/// When the registry was seen to name the image by no tag any more.
pub(super) const LEFT_AT: &str = "ALTER TABLE scans ADD COLUMN left_at INTEGER";

/// A tag is gone or names another image. Where no other tag names the image before, its scan is set aside, and one that
/// a scanner is at is not tried again; else the scan moves to one that does. A registry with a quarantine does not list
/// what it withholds, so there nothing is set aside.
pub(super) const IMAGE_LEAVES: &str = "CREATE TRIGGER IF NOT EXISTS images_leave AFTER UPDATE OF state, digest ON images
WHEN OLD.state <> 'gone' AND (NEW.state = 'gone' OR NEW.digest <> OLD.digest)
    AND NOT COALESCE((SELECT COALESCE(quarantine, policy IS NOT NULL) FROM connections WHERE id = NEW.connection), 0)
BEGIN
    UPDATE scans SET left_at = COALESCE(NEW.gone_at, NEW.last_seen),
        finished_at = IIF(state = 'queued', COALESCE(NEW.gone_at, NEW.last_seen), finished_at),
        reason = IIF(state = 'queued', IIF(NEW.state = 'gone', 'The registry has the image no more.',
            'The registry has another image under the tag.'), reason),
        state = IIF(state = 'queued', 'set-aside', state)
    WHERE connection = NEW.connection AND COALESCE(digest, repository || ':' || tag) = OLD.digest
        AND state IN ('queued', 'leased')
        AND NOT EXISTS (SELECT 1 FROM images
            WHERE images.connection = NEW.connection AND images.digest = OLD.digest AND images.state <> 'gone');
    UPDATE scans SET (repository, tag) = (SELECT images.repository, images.tag FROM images
        WHERE images.connection = NEW.connection AND images.digest = OLD.digest AND images.state <> 'gone' LIMIT 1)
    WHERE connection = NEW.connection AND COALESCE(digest, repository || ':' || tag) = OLD.digest
        AND state IN ('queued', 'leased') AND state = 'queued' AND repository = OLD.repository
        AND NOT EXISTS (SELECT 1 FROM images
            WHERE images.connection = NEW.connection AND images.repository = scans.repository
                AND images.tag = COALESCE(scans.tag, images.tag) AND images.digest = OLD.digest AND images.state <> 'gone');
END";

pub(super) const IMAGE_GONE_ENDS: &str = "DROP TRIGGER IF EXISTS images_leave_scans";
