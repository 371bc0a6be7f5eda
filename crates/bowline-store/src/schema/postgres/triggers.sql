-- The audit. A row gets its number under the lock of its project, so numbers have no gap, and who sees a number sees all
-- that come before it.

CREATE FUNCTION audit_numbers_row() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM lock_project(NEW.project);
    NEW.id := nextval('audit_ids');
    INSERT INTO audit_heads (project, number, linked, link_at, forget_at) VALUES (NEW.project, 1, 0, 0, 0)
        ON CONFLICT (project) DO UPDATE SET number = audit_heads.number + 1
        RETURNING number INTO NEW.number;
    NEW.keyed := CASE
        WHEN NEW.action IN ('create', 'credentials', 'reseal')
            THEN (SELECT (length(sealed) > 0 AND get_byte(sealed, 0) = 2)::integer FROM connections WHERE id = NEW.connection)
        WHEN NEW.action = 'events'
            THEN (SELECT (tag_key IS NOT NULL AND tagged IS NOT DISTINCT FROM hash)::integer FROM event_addresses
                WHERE connection = NEW.connection)
        WHEN NEW.action = 'external-id' THEN 1
        END;
    RETURN NEW;
END $f$;
CREATE TRIGGER audit_is_numbered BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_numbers_row();

CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    RAISE EXCEPTION 'the audit is append-only';
END $f$;
CREATE TRIGGER audit_is_only_numbered BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuses();
CREATE TRIGGER audit_is_not_truncated BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses();

-- What a checkpoint covers may go.
CREATE FUNCTION audit_forgets_row() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit_checkpoints WHERE project = OLD.project AND number >= OLD.number) THEN
        RAISE EXCEPTION 'the audit is append-only';
    END IF;
    RETURN OLD;
END $f$;
CREATE TRIGGER audit_is_only_forgotten BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_forgets_row();

-- What the audit says of uses and hand-outs becomes so. The statement that wrote the row has locked the connection.
CREATE FUNCTION audit_tells_uses() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    IF NEW.action = 'use' THEN
        DELETE FROM uses WHERE connection = NEW.connection AND until <= NEW.at;
        INSERT INTO uses (connection, consumer, title, until)
        SELECT NEW.connection, used ->> 'consumer', used ->> 'title', (used ->> 'until')::bigint
        FROM (SELECT NEW.changes::json -> 'use' -> 1 AS used) AS told
        ON CONFLICT (connection, consumer) DO UPDATE SET title = excluded.title, until = excluded.until;
    ELSIF NEW.action = 'release' THEN
        DELETE FROM uses WHERE connection = NEW.connection AND consumer = NEW.changes::json -> 'use' -> 0 ->> 'consumer';
        -- Who says that a use has ended needs no longer what was handed out for it.
        DELETE FROM hand_outs WHERE connection = NEW.connection AND subject = NEW.subject;
    ELSIF NEW.action = 'hand-out' THEN
        -- Clocks of instances differ: the latest hand-out counts.
        UPDATE connections SET last_used_at = GREATEST(last_used_at, NEW.at) WHERE id = NEW.connection;
        UPDATE scan_queues SET failures = 0, rests_until = 0 WHERE connection = NEW.connection AND failures > 0;
        -- What a scanner got is a use by its lease.
        IF NEW.changes::json -> 'scanner' IS NULL THEN
            DELETE FROM hand_outs WHERE connection = NEW.connection AND at <= NEW.at - 3600000;
            INSERT INTO hand_outs (connection, subject, at) VALUES (NEW.connection, NEW.subject, NEW.at)
            ON CONFLICT (connection, subject) DO UPDATE SET at = GREATEST(hand_outs.at, excluded.at);
        END IF;
    END IF;
    RETURN NULL;
END $f$;
CREATE TRIGGER audit_uses AFTER INSERT ON audit FOR EACH ROW
    WHEN (NEW.action IN ('use', 'release', 'hand-out')) EXECUTE FUNCTION audit_tells_uses();

CREATE FUNCTION audit_links_count() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    UPDATE audit_heads SET linked = GREATEST(linked, last)
    FROM (SELECT project, MAX(number) AS last FROM added GROUP BY project) AS links
    WHERE audit_heads.project = links.project;
    RETURN NULL;
END $f$;
CREATE TRIGGER audit_linked AFTER INSERT ON audit_links REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION audit_links_count();

CREATE FUNCTION refusals_tell_audit() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    DELETE FROM refusals WHERE project = NEW.project AND minute < NEW.minute;
    INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
    VALUES (NEW.project, NEW.connection, COALESCE((SELECT version FROM connections WHERE id = NEW.connection), 0), 'refused',
        json_build_object('operation', json_build_array(NULL, NEW.operation)),
        NEW.at, NEW.subject, NEW.source, NEW.request_id);
    RETURN NULL;
END $f$;
CREATE TRIGGER refusals_audited AFTER INSERT ON refusals FOR EACH ROW EXECUTE FUNCTION refusals_tell_audit();

-- The audit of connections: what was and what is, of the fields that differ. A sealed value is never among them.

CREATE FUNCTION connections_tell_audit() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES (NEW.project, NEW.id, NEW.version, 'create', '{}',
            NEW.updated_at, NEW.changed_by, NEW.changed_from, NEW.request_id);
        RETURN NULL;
    END IF;
    IF NEW.version <> OLD.version THEN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        SELECT NEW.project, NEW.id, NEW.version,
            CASE
                WHEN NEW.deleted_at IS NOT NULL THEN 'delete'
                WHEN NEW.sealed IS DISTINCT FROM OLD.sealed THEN 'credentials'
                ELSE 'update'
            END,
            COALESCE(json_object_agg(field, change ORDER BY place) FILTER (WHERE change IS NOT NULL), '{}'),
            NEW.updated_at, NEW.changed_by, NEW.changed_from, NEW.request_id
        FROM (VALUES
            (1, 'name', CASE WHEN NEW.name <> OLD.name THEN json_build_array(OLD.name, NEW.name) END),
            (2, 'description', CASE WHEN NEW.description <> OLD.description
                THEN json_build_array(OLD.description, NEW.description) END),
            (3, 'policy', CASE WHEN NEW.policy IS DISTINCT FROM OLD.policy
                THEN json_build_array(OLD.policy::json, NEW.policy::json) END),
            (4, 'auth', CASE WHEN NEW.auth <> OLD.auth THEN json_build_array(OLD.auth, NEW.auth) END),
            (5, 'values', CASE WHEN NEW.plain_values <> OLD.plain_values
                THEN json_build_array(OLD.plain_values::json, NEW.plain_values::json) END),
            (6, 'trustedAuthHosts', CASE WHEN NEW.trusted_auth_hosts <> OLD.trusted_auth_hosts
                THEN json_build_array(OLD.trusted_auth_hosts::json, NEW.trusted_auth_hosts::json) END),
            (7, 'expiresAt', CASE WHEN NEW.expires_at IS DISTINCT FROM OLD.expires_at
                THEN json_build_array(OLD.expires_at, NEW.expires_at) END)
        ) AS changes (place, field, change);
    END IF;
    IF NEW.resealed IS DISTINCT FROM OLD.resealed THEN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        SELECT NEW.project, NEW.id, NEW.version, 'reseal',
            json_build_object('sealingKey', json_build_array(OLD.key_id, NEW.key_id)),
            (by ->> 'at')::bigint, by ->> 'subject', by ->> 'from', by ->> 'requestId'
        FROM (SELECT NEW.resealed::json AS by) AS resealed;
    END IF;
    RETURN NULL;
END $f$;
CREATE TRIGGER connections_audited AFTER INSERT OR UPDATE ON connections FOR EACH ROW EXECUTE FUNCTION connections_tell_audit();

-- What ends with a connection. Rows that others write without its lock come first, so that what those write is seen here.
CREATE FUNCTION connections_end() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    DELETE FROM scans WHERE connection = NEW.id;
    DELETE FROM scan_queues WHERE connection = NEW.id;
    DELETE FROM schedules WHERE connection = NEW.id;
    DELETE FROM sync_repositories WHERE sync IN
        (SELECT id FROM syncs WHERE connection = NEW.id AND finished_at IS NULL FOR UPDATE);
    DELETE FROM syncs WHERE connection = NEW.id AND finished_at IS NULL;
    DELETE FROM syncs WHERE connection = NEW.id AND finished_at IS NOT NULL;
    DELETE FROM releases WHERE connection = NEW.id;
    DELETE FROM images WHERE connection = NEW.id;
    DELETE FROM manifests WHERE connection = NEW.id;
    DELETE FROM removals WHERE connection = NEW.id;
    DELETE FROM event_addresses WHERE connection = NEW.id;
    DELETE FROM pending_events WHERE connection = NEW.id;
    DELETE FROM uses WHERE connection = NEW.id;
    DELETE FROM hand_outs WHERE connection = NEW.id;
    DELETE FROM notices WHERE connection = NEW.id;
    DELETE FROM notices_told WHERE connection = NEW.id;
    RETURN NULL;
END $f$;
CREATE TRIGGER connections_end AFTER UPDATE OF deleted_at ON connections FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION connections_end();

-- Nothing begins for a connection that was removed, and none is removed while something begins for it. What a trigger
-- writes is about a row that the removal waits for.
CREATE FUNCTION is_of_live_connection() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    IF pg_trigger_depth() > 1 THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM connections WHERE id = NEW.connection AND deleted_at IS NULL FOR SHARE;
    RETURN CASE WHEN FOUND THEN NEW END;
END $f$;
CREATE TRIGGER event_addresses_of_live BEFORE INSERT ON event_addresses FOR EACH ROW EXECUTE FUNCTION is_of_live_connection();
CREATE TRIGGER pending_events_of_live BEFORE INSERT ON pending_events FOR EACH ROW EXECUTE FUNCTION is_of_live_connection();
-- A sync locks its own row, which the removal waits for too.
CREATE TRIGGER images_of_live BEFORE INSERT ON images FOR EACH ROW
    WHEN (NEW.seen_by IS NULL) EXECUTE FUNCTION is_of_live_connection();
CREATE TRIGGER manifests_of_live BEFORE INSERT ON manifests FOR EACH ROW EXECUTE FUNCTION is_of_live_connection();
CREATE TRIGGER removals_of_live BEFORE INSERT ON removals FOR EACH ROW EXECUTE FUNCTION is_of_live_connection();
CREATE TRIGGER syncs_of_live BEFORE INSERT ON syncs FOR EACH ROW EXECUTE FUNCTION is_of_live_connection();
CREATE TRIGGER scans_of_live BEFORE INSERT ON scans FOR EACH ROW EXECUTE FUNCTION is_of_live_connection();
CREATE TRIGGER notices_of_live BEFORE INSERT ON notices FOR EACH ROW EXECUTE FUNCTION is_of_live_connection();

-- An instance that does not know the columns of a policy wrote one: it is put on the list of those that are to be read.
CREATE FUNCTION policies_written_before() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    NEW.policy_revision := CASE WHEN NEW.policy IS NULL THEN NEW.version END;
    NEW.pull_at := NULL;
    NEW.pull_timezone := NULL;
    NEW.scanners := NULL;
    NEW.scan_timeout := NULL;
    NEW.quarantine := CASE WHEN NEW.policy IS NULL THEN 0 END;
    NEW.image_streams := CASE WHEN NEW.policy IS NULL THEN 0 END;
    -- What is due already stays due; anything else is planned when the policy was read.
    UPDATE schedules SET policy_read_at = CASE WHEN NEW.policy IS NOT NULL THEN 0 END, policy_attempts = 0,
        policy_problem = NULL
    WHERE connection = NEW.id;
    UPDATE schedules SET plan_from = NULL, sync_at = NULL
    WHERE connection = NEW.id AND (sync_at IS NULL OR sync_at > NEW.updated_at);
    RETURN NEW;
END $f$;
CREATE TRIGGER policies_written_before BEFORE UPDATE OF policy ON connections FOR EACH ROW
    WHEN (NEW.policy IS DISTINCT FROM OLD.policy AND NEW.policy_revision IS NOT DISTINCT FROM OLD.policy_revision)
    EXECUTE FUNCTION policies_written_before();

-- Schedules.

-- The first check is a day after the connection was made.
CREATE FUNCTION schedules_begin() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    INSERT INTO schedules (connection, plan_from, watch_at, check_at, policy_read_at)
    VALUES (NEW.id, CASE WHEN NEW.pull_at IS NOT NULL THEN NEW.created_at END, CASE WHEN NEW.image_streams <> 0 THEN 0 END,
        NEW.created_at + 86400000, CASE WHEN NEW.policy IS NOT NULL AND NEW.policy_revision IS NULL THEN 0 END)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $f$;
CREATE TRIGGER schedules_created AFTER INSERT ON connections FOR EACH ROW EXECUTE FUNCTION schedules_begin();

-- A new time of the daily pull is planned anew. What is due already stays due. Watching begins anew where it begins
-- again, and releases end when the policy no longer quarantines.
CREATE FUNCTION schedules_policy_changes() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    IF NOT COALESCE(NEW.quarantine <> 0, NEW.policy IS NOT NULL) THEN
        DELETE FROM releases WHERE connection = NEW.id;
    END IF;
    IF NEW.policy_revision IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE schedules SET watch_at = CASE WHEN NEW.image_streams <> 0 THEN 0 END, stream_version = NULL
    WHERE connection = NEW.id AND (watch_at IS NOT NULL) <> (NEW.image_streams <> 0);
    UPDATE schedules SET policy_read_at = NULL, policy_attempts = 0, policy_problem = NULL
    WHERE connection = NEW.id AND policy_read_at IS NOT NULL;
    UPDATE schedules SET plan_from = CASE WHEN NEW.pull_at IS NOT NULL THEN NEW.updated_at END, sync_at = NULL
    WHERE connection = NEW.id AND (sync_at IS NULL OR sync_at > NEW.updated_at)
        AND CASE WHEN NEW.version = OLD.version
            THEN NEW.pull_at IS NULL OR (sync_at IS NULL AND plan_from IS NULL)
            ELSE OLD.policy_revision IS NULL OR NEW.pull_at IS DISTINCT FROM OLD.pull_at
                OR NEW.pull_timezone IS DISTINCT FROM OLD.pull_timezone
            END;
    RETURN NULL;
END $f$;
CREATE TRIGGER schedules_policy_changes AFTER UPDATE ON connections FOR EACH ROW
    WHEN (NEW.deleted_at IS NULL AND (NEW.policy_revision IS DISTINCT FROM OLD.policy_revision
        OR NEW.policy IS DISTINCT FROM OLD.policy))
    EXECUTE FUNCTION schedules_policy_changes();

-- A new version of a connection is tried at once, whatever failed before.
CREATE FUNCTION schedules_try_anew() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    UPDATE schedules SET
        policy_read_at = CASE WHEN policy_read_at IS NOT NULL THEN 0 END, policy_attempts = 0, policy_problem = NULL,
        check_at = CASE WHEN check_attempts >= 3 THEN LEAST(check_at, NEW.updated_at) ELSE check_at END,
        check_attempts = 0, check_problem = NULL,
        watch_at = CASE WHEN watch_attempts >= 3 AND watch_at IS NOT NULL THEN LEAST(watch_at, NEW.updated_at) ELSE watch_at END,
        watch_attempts = 0, watch_problem = NULL
    WHERE connection = NEW.id;
    UPDATE syncs SET attempts = 0, retry_at = LEAST(retry_at, NEW.updated_at), problem = NULL
    WHERE connection = NEW.id AND finished_at IS NULL AND attempts >= 3;
    RETURN NULL;
END $f$;
CREATE TRIGGER schedules_version_changes AFTER UPDATE OF version ON connections FOR EACH ROW
    WHEN (NEW.version <> OLD.version AND NEW.deleted_at IS NULL) EXECUTE FUNCTION schedules_try_anew();

-- The next check is a day after the last, whoever asked for that. A check that was recorded ended in order.
CREATE FUNCTION schedules_checked() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    UPDATE schedules SET check_at = NEW.check_at + 86400000, check_attempts = 0,
        check_problem = CASE WHEN check_attempts = 0 THEN check_problem END
    WHERE connection = NEW.id;
    RETURN NULL;
END $f$;
CREATE TRIGGER schedules_checked AFTER UPDATE OF check_at ON connections FOR EACH ROW
    WHEN (NEW.check_at IS NOT NULL AND NEW.deleted_at IS NULL) EXECUTE FUNCTION schedules_checked();

-- So a daily pull begins with the statement that moves the schedule on. A sync that is at work already serves for it.
CREATE FUNCTION schedules_start() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    INSERT INTO syncs (id, connection, origin, state, phase, started_at, lease, lease_until)
    VALUES (NEW.run, NEW.connection, 'schedule', 'running', 'repositories', NEW.run_at, '', 0)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $f$;
CREATE TRIGGER schedules_start AFTER UPDATE OF run ON schedules FOR EACH ROW
    WHEN (NEW.run IS NOT NULL) EXECUTE FUNCTION schedules_start();

-- The end of a sync: its repositories are removed, and it replaces the sync that ended before.
CREATE FUNCTION syncs_end() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    DELETE FROM sync_repositories WHERE sync = NEW.id;
    DELETE FROM syncs WHERE connection = NEW.connection AND finished_at IS NOT NULL AND id <> NEW.id;
    RETURN NULL;
END $f$;
CREATE TRIGGER syncs_end AFTER UPDATE OF finished_at ON syncs FOR EACH ROW
    WHEN (NEW.finished_at IS NOT NULL) EXECUTE FUNCTION syncs_end();

-- The queue of scans.

CREATE FUNCTION scans_begin() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    INSERT INTO scan_queues (connection, project, waiting, turn, failures, rests_until)
    VALUES (NEW.connection, NEW.project, 1, 0, 0, 0)
    ON CONFLICT (connection) DO UPDATE SET waiting = 1 WHERE scan_queues.waiting = 0;
    RETURN NULL;
END $f$;
CREATE TRIGGER scans_begin AFTER INSERT ON scans FOR EACH ROW EXECUTE FUNCTION scans_begin();

-- Whoever waits is served once in a round; who was not there for some rounds has none of them left over. The row is
-- locked before the scans are looked at, so that none that another adds is missed.
CREATE FUNCTION scans_turn() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM 1 FROM scan_queues WHERE connection = NEW.connection FOR UPDATE;
    UPDATE scan_queues SET
        waiting = EXISTS (SELECT 1 FROM scans WHERE connection = NEW.connection AND state = 'queued')::integer,
        turn = CASE WHEN NEW.state = 'leased' THEN GREATEST(turn + 1, (SELECT MAX(turn) FROM scan_queues)) ELSE turn END
    WHERE connection = NEW.connection;
    RETURN NULL;
END $f$;
CREATE TRIGGER scans_turn AFTER UPDATE OF state ON scans FOR EACH ROW
    WHEN (OLD.state = 'queued' OR NEW.state = 'queued') EXECUTE FUNCTION scans_turn();

-- New credentials end the rest of a queue.
CREATE FUNCTION connections_wake_scans() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    UPDATE scan_queues SET failures = 0, rests_until = 0 WHERE connection = NEW.id AND failures > 0;
    RETURN NULL;
END $f$;
CREATE TRIGGER connections_scans_wake AFTER UPDATE OF credentials_changed_at ON connections FOR EACH ROW
    EXECUTE FUNCTION connections_wake_scans();

-- The result of a scan is kept with its digest for the inventory. Each repository withholds the image for itself. While a
-- policy is not read, it is taken to quarantine.
CREATE FUNCTION scans_end() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    INSERT INTO manifests (connection, digest, scanned_at, scan_result)
    VALUES (NEW.connection, NEW.digest, NEW.finished_at, NEW.state)
    ON CONFLICT (connection, digest) DO UPDATE SET scanned_at = excluded.scanned_at, scan_result = excluded.scan_result;
    IF NEW.state = 'passed'
        AND (SELECT COALESCE(quarantine <> 0, policy IS NOT NULL) FROM connections WHERE id = NEW.connection) THEN
        INSERT INTO releases (connection, digest, repository, scan, attempts, next_at)
        SELECT NEW.connection, NEW.digest, withheld.repository, NEW.id, 0, NEW.finished_at
        FROM (SELECT NEW.repository AS repository UNION
            SELECT repository FROM images WHERE connection = NEW.connection AND digest = NEW.digest AND state <> 'gone'
            ) AS withheld
        ON CONFLICT (connection, digest, repository) DO UPDATE SET
            scan = excluded.scan, attempts = 0, next_at = excluded.next_at;
    END IF;
    RETURN NULL;
END $f$;
CREATE TRIGGER scans_record AFTER UPDATE OF state ON scans FOR EACH ROW
    WHEN (NEW.state IN ('passed', 'failed') AND NEW.digest IS NOT NULL) EXECUTE FUNCTION scans_end();

-- A tag is gone or names another image. Where no other tag names the image before, its scan is set aside, and one that a
-- scanner is at is not tried again; else the scan moves to one that does. A registry with a quarantine does not list what
-- it withholds, so there nothing is set aside.
CREATE FUNCTION images_leave() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    IF (SELECT COALESCE(quarantine <> 0, policy IS NOT NULL) FROM connections WHERE id = NEW.connection) THEN
        RETURN NULL;
    END IF;
    UPDATE scans SET left_at = COALESCE(NEW.gone_at, NEW.last_seen),
        finished_at = CASE WHEN state = 'queued' THEN COALESCE(NEW.gone_at, NEW.last_seen) ELSE finished_at END,
        reason = CASE WHEN state <> 'queued' THEN reason
            WHEN NEW.state = 'gone' THEN 'The registry has the image no more.'
            ELSE 'The registry has another image under the tag.' END,
        state = CASE WHEN state = 'queued' THEN 'set-aside' ELSE state END
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
    RETURN NULL;
END $f$;
CREATE TRIGGER images_leave AFTER UPDATE OF state, digest ON images FOR EACH ROW
    WHEN (OLD.state <> 'gone' AND (NEW.state = 'gone' OR NEW.digest <> OLD.digest)) EXECUTE FUNCTION images_leave();

-- Addresses of events. In the audit an address is a switch that the connection has; the hash is no business of its readers.

CREATE FUNCTION event_addresses_tell_audit() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
    SELECT project, id, version, 'events',
        json_build_object('events', json_build_array(
            CASE WHEN TG_OP = 'UPDATE' THEN OLD.hash IS NOT NULL ELSE false END,
            CASE WHEN TG_OP = 'UPDATE' THEN NEW.hash IS NOT NULL ELSE true END)),
        NEW.created_at, NEW.changed_by, NEW.changed_from, NEW.request_id
    FROM connections WHERE id = NEW.connection;
    RETURN NULL;
END $f$;
CREATE TRIGGER event_addresses_made AFTER INSERT ON event_addresses FOR EACH ROW EXECUTE FUNCTION event_addresses_tell_audit();
CREATE TRIGGER event_addresses_changed AFTER UPDATE OF hash ON event_addresses FOR EACH ROW
    EXECUTE FUNCTION event_addresses_tell_audit();

-- Settings. In the audit they are those of the project: of no connection.

CREATE FUNCTION settings_keep_external_id() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    RAISE EXCEPTION 'an external id is issued once';
END $f$;
CREATE TRIGGER settings_keep_external_id BEFORE UPDATE ON settings FOR EACH ROW
    WHEN (NEW.external_id <> OLD.external_id OR NEW.project <> OLD.project) EXECUTE FUNCTION settings_keep_external_id();

-- From this row on, only an external id with a tag counts.
CREATE FUNCTION settings_issue() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
    VALUES (NEW.project, '', NEW.version, 'external-id', '{}', NEW.updated_at, 'bowline', NULL, '');
    RETURN NULL;
END $f$;
CREATE TRIGGER settings_issued AFTER INSERT ON settings FOR EACH ROW
    WHEN (NEW.external_id_tag IS NOT NULL) EXECUTE FUNCTION settings_issue();
CREATE TRIGGER settings_tagged AFTER UPDATE OF external_id_tag ON settings FOR EACH ROW
    WHEN (OLD.external_id_tag IS NULL AND NEW.external_id_tag IS NOT NULL) EXECUTE FUNCTION settings_issue();

CREATE FUNCTION settings_tell_audit() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
    SELECT NEW.project, '', NEW.version, 'settings',
        COALESCE(json_object_agg(field, change ORDER BY place) FILTER (WHERE change IS NOT NULL), '{}'),
        NEW.updated_at, NEW.changed_by, NEW.changed_from, NEW.request_id
    FROM (VALUES
        (1, 'scanTimeoutSeconds', CASE WHEN NEW.scan_timeout_seconds <> OLD.scan_timeout_seconds
            THEN json_build_array(OLD.scan_timeout_seconds, NEW.scan_timeout_seconds) END),
        (2, 'keepNewest', CASE WHEN NEW.keep_newest IS DISTINCT FROM OLD.keep_newest
            THEN json_build_array(OLD.keep_newest, NEW.keep_newest) END)
    ) AS changes (place, field, change);
    RETURN NULL;
END $f$;
CREATE TRIGGER settings_version_changed AFTER UPDATE ON settings FOR EACH ROW
    WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION settings_tell_audit();

-- Notices. The statement that changes what a project is told of makes the notice too.

-- In the audit an address is a setting of the project; the secret is no business of its readers.
CREATE FUNCTION notice_endpoints_tell_audit() RETURNS trigger LANGUAGE plpgsql AS $f$
DECLARE
    was_url text := NULL;
    were_kinds json := '[]';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        was_url := OLD.url;
        were_kinds := OLD.kinds;
    END IF;
    INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
    VALUES (NEW.project, '', NEW.version, 'notices',
        json_build_object('noticesUrl', json_build_array(was_url, NEW.url),
            'noticeKinds', json_build_array(were_kinds, NEW.kinds::json)),
        NEW.updated_at, NEW.changed_by, NEW.changed_from, NEW.request_id);
    IF NEW.url IS NULL THEN
        DELETE FROM notices WHERE project = NEW.project AND set_aside_at IS NULL;
        DELETE FROM notices WHERE project = NEW.project AND set_aside_at IS NOT NULL;
    END IF;
    RETURN NULL;
END $f$;
CREATE TRIGGER notice_endpoints_made AFTER INSERT ON notice_endpoints FOR EACH ROW
    EXECUTE FUNCTION notice_endpoints_tell_audit();
CREATE TRIGGER notice_endpoints_changed AFTER UPDATE OF version ON notice_endpoints FOR EACH ROW
    EXECUTE FUNCTION notice_endpoints_tell_audit();

-- The try is counted with the statement that begins it.
CREATE FUNCTION notice_endpoints_try() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    UPDATE notices SET attempts = attempts + 1 WHERE id = NEW.trying;
    RETURN NULL;
END $f$;
CREATE TRIGGER notice_endpoints_try AFTER UPDATE OF trying ON notice_endpoints FOR EACH ROW
    WHEN (NEW.trying IS NOT NULL) EXECUTE FUNCTION notice_endpoints_try();

-- A new notice is tried at once, unless the address rests.
CREATE FUNCTION notices_made() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    UPDATE notice_endpoints SET due_at = NEW.at WHERE project = NEW.project AND due_at IS NULL;
    INSERT INTO notices_told (connection, expiring, old)
    SELECT id, CASE WHEN NEW.kind = 'credentials.expiring' THEN expires_at END,
        CASE WHEN NEW.kind = 'credentials.old' THEN credentials_changed_at END
    FROM connections WHERE id = NEW.connection
    ON CONFLICT (connection) DO UPDATE SET
        expiring = COALESCE(excluded.expiring, notices_told.expiring), old = COALESCE(excluded.old, notices_told.old);
    RETURN NULL;
END $f$;
CREATE TRIGGER notices_made AFTER INSERT ON notices FOR EACH ROW EXECUTE FUNCTION notices_made();

CREATE FUNCTION new_notice_id() RETURNS text LANGUAGE sql VOLATILE AS $f$
    SELECT 'msg_' || replace(gen_random_uuid()::text, '-', '')
$f$;

-- The number of notices of a project that wait. The address is locked, so that nobody adds one meanwhile.
CREATE FUNCTION notices_waiting(of_project text) RETURNS bigint LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM 1 FROM notice_endpoints WHERE project = of_project FOR UPDATE;
    RETURN (SELECT count(*) FROM notices WHERE project = of_project AND set_aside_at IS NULL);
END $f$;

-- Makes a notice about a connection, if its project is told of this kind. What happens beyond 1000 that wait is not told.
CREATE FUNCTION notify_project(of_kind text, of_connection text, now bigint, more json) RETURNS void LANGUAGE plpgsql AS $f$
DECLARE
    of_project text;
BEGIN
    SELECT connections.project INTO of_project
    FROM connections JOIN notice_endpoints ON notice_endpoints.project = connections.project
    WHERE connections.id = of_connection AND deleted_at IS NULL AND url IS NOT NULL;
    IF of_project IS NULL OR notices_waiting(of_project) >= 1000 THEN
        RETURN;
    END IF;
    INSERT INTO notices (id, project, connection, kind, data, at, attempts)
    SELECT new_notice_id(), connections.project, connections.id, of_kind,
        json_build_object('project', connections.project, 'connection', json_build_object('id', connections.id,
            'name', name, 'provider', provider, 'endpoint', endpoint))::jsonb || more::jsonb, now, 0
    FROM connections JOIN notice_endpoints ON notice_endpoints.project = connections.project
    WHERE connections.id = of_connection AND url IS NOT NULL
        AND EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = of_kind);
END $f$;

-- The code and the title of a problem: the details may hold words of a registry.
CREATE FUNCTION told_problem(problem text) RETURNS json LANGUAGE sql IMMUTABLE AS $f$
    SELECT json_build_object('code', problem::json ->> 'code', 'title', problem::json ->> 'title')
$f$;

CREATE FUNCTION notices_checked() RETURNS trigger LANGUAGE plpgsql AS $f$
DECLARE
    was_failing boolean;
BEGIN
    was_failing := EXISTS (SELECT 1 FROM notices_told WHERE connection = NEW.id AND failing_since IS NOT NULL);
    IF NEW.check_ok = 0 THEN
        IF NOT was_failing THEN
            PERFORM notify_project('connection.failing', NEW.id, NEW.check_at,
                json_build_object('problem', told_problem(NEW.check_problem)));
        END IF;
        INSERT INTO notices_told (connection, failing_since) VALUES (NEW.id, NEW.check_at)
        ON CONFLICT (connection) DO UPDATE SET
            failing_since = COALESCE(notices_told.failing_since, excluded.failing_since);
    ELSIF was_failing THEN
        PERFORM notify_project('connection.recovered', NEW.id, NEW.check_at, '{}');
        UPDATE notices_told SET failing_since = NULL WHERE connection = NEW.id;
    END IF;
    RETURN NULL;
END $f$;
CREATE TRIGGER notices_checked AFTER UPDATE OF check_at, check_ok ON connections FOR EACH ROW
    WHEN (NEW.check_ok IS NOT NULL AND NEW.deleted_at IS NULL) EXECUTE FUNCTION notices_checked();

CREATE FUNCTION notices_sync_ended() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM notify_project('sync.failed', NEW.connection, NEW.finished_at,
        json_build_object('sync', NEW.id, 'problem', told_problem(NEW.problem)));
    RETURN NULL;
END $f$;
CREATE TRIGGER notices_sync_ended AFTER UPDATE OF finished_at ON syncs FOR EACH ROW
    WHEN (NEW.state = 'failed') EXECUTE FUNCTION notices_sync_ended();

-- That an image is gone or replaced is no news to its project.
CREATE FUNCTION notices_scan_ended() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM notify_project('scan.set_aside', NEW.connection, NEW.finished_at,
        json_build_object('scan', json_build_object('id', NEW.id, 'repository', NEW.repository, 'tag', NEW.tag,
            'digest', NEW.digest, 'attempts', NEW.attempts)));
    RETURN NULL;
END $f$;
CREATE TRIGGER notices_scan_ended AFTER UPDATE OF state ON scans FOR EACH ROW
    WHEN (NEW.state = 'set-aside' AND OLD.state <> 'set-aside' AND NEW.left_at IS NULL)
    EXECUTE FUNCTION notices_scan_ended();
