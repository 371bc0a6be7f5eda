-- What statements for both databases call by SQLite's names. The triggers of this schema use PostgreSQL's own.

CREATE FUNCTION min(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN LEAST($1, $2);

CREATE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN GREATEST($1, $2);

CREATE FUNCTION instr(text, text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN strpos($1, $2)::bigint;

CREATE FUNCTION shift_left(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN $1 << $2::integer;

CREATE OPERATOR << (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = shift_left);

CREATE FUNCTION json(json) RETURNS json LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN $1;

-- The elements of an array in JSON; those that are text as text.
CREATE FUNCTION json_each(text) RETURNS TABLE (key bigint, value text) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
    SELECT place - 1, element #>> '{}' FROM json_array_elements($1::json) WITH ORDINALITY AS elements (element, place)
$f$;

-- A member of an object in JSON. True is 1 and false is 0.
CREATE FUNCTION json_member(text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
    SELECT CASE json_typeof($1::json -> $2)
        WHEN 'boolean' THEN ($1::json ->> $2)::boolean::integer::text
        ELSE $1::json ->> $2
    END
$f$;

CREATE OPERATOR ->> (LEFTARG = text, RIGHTARG = text, FUNCTION = json_member);

-- What decides about a change. Each locks first and looks then: a query in a volatile function sees what was committed
-- before that query, while the statement that calls the function sees what was committed before the statement.
--
-- Locks are taken in this order, so that few wait for each other in a circle: the connection, its project, the rest.
-- Where two do, the database ends one of them, and that is the same as busy.

CREATE FUNCTION lock_project(of_project text) RETURNS void LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(of_project, 7301));
END $f$;

-- The number that the next row of a project's audit gets. It is this one for certain, until the statement ends.
CREATE FUNCTION next_audit_number(of_project text) RETURNS bigint LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM lock_project(of_project);
    RETURN (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_heads WHERE project = of_project);
END $f$;

-- Of the values that are sealed for several numbers the one for the next, or NULL where there is none.
CREATE FUNCTION sealed_for_next(of_connection text, of_project text, sealed bytea, first bigint, length bigint, number bigint)
RETURNS bytea LANGUAGE plpgsql AS $f$
DECLARE
    next bigint;
BEGIN
    PERFORM 1 FROM connections WHERE id = of_connection FOR UPDATE;
    next := next_audit_number(of_project);
    IF next < first OR next >= first + number THEN
        RETURN NULL;
    END IF;
    RETURN substr(sealed, (1 + (next - first) * length)::integer, length::integer);
END $f$;

-- Whether a project has room for a connection.
CREATE FUNCTION has_room(of_project text, most bigint) RETURNS boolean LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM lock_project(of_project);
    RETURN (SELECT count(*) FROM connections WHERE project = of_project AND deleted_at IS NULL) < most;
END $f$;

-- Whether a project has room for a policy of so many patterns, of this connection. Fewer than it has are always taken.
CREATE FUNCTION has_room_for_patterns(of_connection text, of_project text, wanted bigint, most bigint)
RETURNS boolean LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM 1 FROM connections WHERE id = of_connection FOR UPDATE;
    PERFORM lock_project(of_project);
    RETURN wanted <= COALESCE((SELECT patterns FROM connections WHERE id = of_connection), 0)
        OR wanted + (SELECT COALESCE(SUM(patterns), 0) FROM connections
            WHERE project = of_project AND deleted_at IS NULL AND id <> of_connection) <= most;
END $f$;

-- Whether somebody uses a connection: by declaring it, by a lease of a scan, or by credentials of the last hour.
CREATE FUNCTION is_in_use(of_connection text, now bigint) RETURNS boolean LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM 1 FROM connections WHERE id = of_connection FOR UPDATE;
    RETURN EXISTS (SELECT 1 FROM uses WHERE connection = of_connection AND until > now)
        OR EXISTS (SELECT 1 FROM scans WHERE connection = of_connection AND state = 'leased' AND deadline > now)
        OR EXISTS (SELECT 1 FROM hand_outs WHERE connection = of_connection AND at > now - 3600000);
END $f$;

-- How many others than a consumer have declared that they use a connection.
CREATE FUNCTION uses_of_others(of_connection text, but text, now bigint) RETURNS bigint LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM 1 FROM connections WHERE id = of_connection FOR UPDATE;
    RETURN (SELECT count(*) FROM uses WHERE connection = of_connection AND until > now AND consumer <> but);
END $f$;

-- How many events of a connection wait.
CREATE FUNCTION pending_events_of(of_connection text) RETURNS bigint LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM 1 FROM connections WHERE id = of_connection FOR UPDATE;
    RETURN (SELECT count(*) FROM pending_events WHERE connection = of_connection);
END $f$;

-- How many refusals of a project the audit has since a minute.
CREATE FUNCTION refusals_since(of_project text, since bigint) RETURNS bigint LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM lock_project(of_project);
    RETURN (SELECT count(*) FROM refusals WHERE project = of_project AND minute >= since);
END $f$;

-- How many scans of a project wait or are at work.
CREATE FUNCTION scans_of_project(of_connection text, of_project text) RETURNS bigint LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM 1 FROM connections WHERE id = of_connection FOR SHARE;
    PERFORM lock_project(of_project);
    RETURN (SELECT count(*) FROM scans WHERE project = of_project AND state IN ('queued', 'leased'));
END $f$;

-- One image each of the connections that come in the same round, the first that there is: the one that waits longest.
-- Whoever else leases from one of these connections waits until this lease is there. A connection whose policy is not
-- read yet waits: it may name the scanners. A name that a policy names is that of the subject who asked under it first.
CREATE FUNCTION next_scans(of_projects text, by_scanner text, by_subject text, now bigint, most bigint)
RETURNS SETOF text LANGUAGE plpgsql AS $f$
DECLARE
    next record;
    picked text;
    found_in_round bigint := NULL;
    left_over bigint := most;
BEGIN
    FOR next IN
        SELECT scan_queues.connection, scan_queues.turn
        FROM scan_queues JOIN connections ON connections.id = scan_queues.connection
        WHERE scan_queues.project IN (SELECT value FROM json_each(of_projects)) AND waiting = 1 AND rests_until <= now
            AND (policy IS NULL OR policy_revision IS NOT NULL)
            AND (scanners IS NULL OR (EXISTS (SELECT 1 FROM json_each(scanners) WHERE value = by_scanner)
                AND EXISTS (SELECT 1 FROM scanners AS known WHERE known.project = scan_queues.project
                    AND known.name = by_scanner AND known.subject = by_subject)))
        ORDER BY scan_queues.turn, scan_queues.connection
    LOOP
        EXIT WHEN left_over = 0 OR next.turn > found_in_round;
        PERFORM 1 FROM connections WHERE id = next.connection AND deleted_at IS NULL FOR SHARE;
        CONTINUE WHEN NOT FOUND;
        PERFORM 1 FROM scan_queues WHERE connection = next.connection FOR UPDATE;
        SELECT id INTO picked FROM scans WHERE connection = next.connection AND state = 'queued'
            ORDER BY queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        found_in_round := next.turn;
        left_over := left_over - 1;
        RETURN NEXT picked;
    END LOOP;
END $f$;
