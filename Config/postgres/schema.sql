-- The access histories of many terminals in one place: what `madoguchi history export postgres`
-- loads. Once per database, as its owner; safe to repeat. PostgreSQL 14 or later, no extension.
--
-- leaves       every entry's leaf: gives the tree's root, and tells nothing
-- events       what the entries say, by month; whole months are dropped when they have expired
-- checkpoints  what the terminals signed
--
-- madoguchi_loader may only add; madoguchi_auditor may only read.
\set ON_ERROR_STOP on
BEGIN;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['madoguchi_loader', 'madoguchi_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
END
$$;

CREATE SCHEMA IF NOT EXISTS madoguchi;

CREATE TABLE IF NOT EXISTS madoguchi.leaves (
    origin text NOT NULL,
    index bigint NOT NULL CHECK (index >= 0),
    leaf bytea NOT NULL CHECK (octet_length(leaf) = 69),
    PRIMARY KEY (origin, index)
);

CREATE TABLE IF NOT EXISTS madoguchi.events (
    origin text NOT NULL,
    index bigint NOT NULL,
    month date NOT NULL,
    time timestamptz NOT NULL,
    kind text NOT NULL,
    act text,
    item text,
    outcome text,
    purpose text,
    reason text,
    institution text NOT NULL,
    terminal text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    patient text,
    card text,
    way text,
    check_in text,
    salt bytea NOT NULL,
    -- The event's canonical octets: with the salt they give the commitment in the leaf.
    event text NOT NULL,
    PRIMARY KEY (origin, index, month)
) PARTITION BY RANGE (month);

CREATE INDEX IF NOT EXISTS events_patient ON madoguchi.events (patient, time);
CREATE INDEX IF NOT EXISTS events_card ON madoguchi.events (card, time);
CREATE INDEX IF NOT EXISTS events_actor ON madoguchi.events (actor, time);

CREATE TABLE IF NOT EXISTS madoguchi.checkpoints (
    origin text NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    -- The signed note as the terminal handed it out.
    note bytea NOT NULL,
    taken timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (origin, size)
);

-- Where COPY puts rows; `take` empties it in the same transaction.
CREATE UNLOGGED TABLE IF NOT EXISTS madoguchi.incoming (
    origin text NOT NULL,
    index bigint NOT NULL,
    leaf bytea NOT NULL,
    salt bytea,
    event text
);

-- The entry that a terminal's next load begins with: its durable cursor.
CREATE OR REPLACE FUNCTION madoguchi.next_index(log text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(max(index) + 1, 0) FROM madoguchi.leaves WHERE origin = log
$$;

-- Makes the partition of a month.
CREATE OR REPLACE FUNCTION madoguchi.make_month(month date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS madoguchi.%I PARTITION OF madoguchi.events '
            || 'FOR VALUES FROM (%L) TO (%L)',
        'events_' || to_char(month, 'YYYY_MM'), month, (month + interval '1 month')::date);
END
$$;

-- What an entry commits to: version, origin, salt, event.
CREATE OR REPLACE FUNCTION madoguchi.commitment(log text, salt bytea, event text) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(
        convert_to(E'madoguchi history v1\n', 'UTF8')
            || int2send(octet_length(convert_to(log, 'UTF8'))::smallint)
            || convert_to(log, 'UTF8') || salt || convert_to(event, 'UTF8'))
$$;

-- Takes the rows that COPY brought, up to a signed checkpoint. What is there already stays; what
-- contradicts it, what its leaf did not commit to, and what leaves a gap ends the transaction.
CREATE OR REPLACE FUNCTION madoguchi.take(note bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lines text[] := string_to_array(convert_from(note, 'UTF8'), E'\n');
    log text := lines[1];
    signed_size bigint := lines[2]::bigint;
    signed_root bytea := decode(lines[3], 'base64');
    wrong bigint;
    added bigint;
    of_month date;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(log, 0));
    IF EXISTS (SELECT FROM madoguchi.incoming i WHERE i.origin <> log OR i.index >= signed_size) THEN
        RAISE EXCEPTION 'entries that the checkpoint of % over % entries does not hold',
            log, signed_size;
    END IF;

    SELECT min(i.index) INTO wrong FROM madoguchi.incoming i
        JOIN madoguchi.leaves l ON l.origin = i.origin AND l.index = i.index
        WHERE l.leaf <> i.leaf;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'entry % of % is another one than was loaded before', wrong, log;
    END IF;

    SELECT min(i.index) INTO wrong FROM madoguchi.incoming i
        WHERE i.event IS NOT NULL
            AND madoguchi.commitment(i.origin, i.salt, i.event) <> substring(i.leaf FROM 6 FOR 32);
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'entry % of % is not what its leaf commits to', wrong, log;
    END IF;

    INSERT INTO madoguchi.leaves AS l (origin, index, leaf)
        SELECT i.origin, i.index, i.leaf FROM madoguchi.incoming i ORDER BY i.index
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    IF madoguchi.next_index(log) <> (SELECT count(*) FROM madoguchi.leaves l WHERE l.origin = log)
    THEN
        RAISE EXCEPTION 'entries of % are missing before those that came', log;
    END IF;

    FOR of_month IN
        SELECT DISTINCT date_trunc(
            'month', ((i.event::jsonb ->> 'time')::timestamptz AT TIME ZONE 'Asia/Tokyo'))::date
        FROM madoguchi.incoming i WHERE i.event IS NOT NULL
    LOOP
        PERFORM madoguchi.make_month(of_month);
    END LOOP;
    INSERT INTO madoguchi.events AS e (
        origin, index, month, time, kind, act, item, outcome, purpose, reason, institution,
        terminal, actor, role, patient, card, way, check_in, salt, event)
        SELECT i.origin, i.index,
            date_trunc(
                'month', ((j ->> 'time')::timestamptz AT TIME ZONE 'Asia/Tokyo'))::date,
            (j ->> 'time')::timestamptz, j ->> 'kind', j ->> 'act', j ->> 'item',
            j ->> 'outcome', j ->> 'purpose', j ->> 'reason', j ->> 'institution',
            j ->> 'terminal', j -> 'actor' ->> 'id', j -> 'actor' ->> 'role',
            j -> 'patient' ->> 'id', j -> 'patient' ->> 'card', j -> 'way' ->> 'kind',
            j ->> 'checkIn', i.salt, i.event
        FROM madoguchi.incoming i, LATERAL (SELECT i.event::jsonb AS j) AS parsed
        WHERE i.event IS NOT NULL
        ON CONFLICT DO NOTHING;

    INSERT INTO madoguchi.checkpoints AS c (origin, size, root, note)
        VALUES (log, signed_size, signed_root, take.note) ON CONFLICT DO NOTHING;
    IF EXISTS (
        SELECT FROM madoguchi.checkpoints c
        WHERE c.origin = log AND c.size = signed_size AND c.root <> signed_root)
    THEN
        RAISE EXCEPTION 'the log % signed two roots over % entries', log, signed_size;
    END IF;
    DELETE FROM madoguchi.incoming;
    RETURN added;
END
$$;

-- The root of the first entries of a log (RFC 6962), from its rows; nothing where one is missing.
CREATE OR REPLACE FUNCTION madoguchi.root(log text, size bigint) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    stack bytea[] := '{}';
    height int := 0;
    reached bigint := 0;
    bits bigint;
    node bytea;
    leaf bytea;
BEGIN
    FOR leaf IN
        SELECT l.leaf FROM madoguchi.leaves l
        WHERE l.origin = log AND l.index < size ORDER BY l.index
    LOOP
        node := sha256('\x00'::bytea || leaf);
        bits := reached;
        WHILE bits % 2 = 1 LOOP
            node := sha256('\x01'::bytea || stack[height] || node);
            height := height - 1;
            bits := bits / 2;
        END LOOP;
        height := height + 1;
        stack[height] := node;
        reached := reached + 1;
    END LOOP;
    IF reached <> size THEN
        RETURN NULL;
    END IF;
    IF size = 0 THEN
        RETURN sha256(''::bytea);
    END IF;
    node := stack[height];
    WHILE height > 1 LOOP
        height := height - 1;
        node := sha256('\x01'::bytea || stack[height] || node);
    END LOOP;
    RETURN node;
END
$$;

-- Whether the rows give what each log's latest checkpoint says. The note's signature is judged
-- elsewhere, with the log's key (`madoguchi history key`): the database holds nobody's word.
CREATE OR REPLACE FUNCTION madoguchi.check_roots()
RETURNS TABLE (origin text, size bigint, is_right boolean, note text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT ON (c.origin) c.origin, c.size,
        coalesce(madoguchi.root(c.origin, c.size) = c.root, false),
        convert_from(c.note, 'UTF8')
    FROM madoguchi.checkpoints c ORDER BY c.origin, c.size DESC
$$;

-- Takes away what a destroyed key had sealed; the leaves stay, and with them every proof. For the
-- owner alone.
CREATE OR REPLACE FUNCTION madoguchi.forget(log text, key_id bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    removed bigint;
BEGIN
    DELETE FROM madoguchi.events e USING madoguchi.leaves l
        WHERE e.origin = log AND l.origin = log AND l.index = e.index
            AND substring(l.leaf FROM 2 FOR 4) = int4send((key_id - CASE
                WHEN key_id > 2147483647 THEN 4294967296 ELSE 0 END)::int);
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;

-- What a reviewer reads.
CREATE OR REPLACE VIEW madoguchi.auditor_page AS
    SELECT origin, index, time, kind, act, item, outcome, purpose, reason, institution, terminal,
        actor, role, patient, card, way, check_in
    FROM madoguchi.events;

-- What a patient is shown: who saw what, when, why, how they were identified. Entries that knew
-- only a card are found by the card that another entry ties to the patient.
CREATE OR REPLACE FUNCTION madoguchi.patient_page(of_institution text, of_patient text)
RETURNS TABLE (
    "time" timestamptz, terminal text, kind text, item text, purpose text, actor text, role text,
    way text, outcome text, origin text, index bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.time, e.terminal, e.kind, e.item, e.purpose, e.actor, e.role, e.way, e.outcome,
        e.origin, e.index
    FROM madoguchi.events e
    WHERE e.institution = of_institution AND (
        e.patient = of_patient
        OR e.card IN (
            SELECT o.card FROM madoguchi.events o
            WHERE o.institution = of_institution AND o.patient = of_patient
                AND o.card IS NOT NULL AND o.origin = e.origin))
    ORDER BY e.time, e.origin, e.index
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA madoguchi FROM PUBLIC;
GRANT USAGE ON SCHEMA madoguchi TO madoguchi_loader, madoguchi_auditor;
GRANT INSERT ON madoguchi.incoming TO madoguchi_loader;
GRANT EXECUTE ON FUNCTION madoguchi.take(bytea), madoguchi.next_index(text) TO madoguchi_loader;
GRANT SELECT ON madoguchi.auditor_page, madoguchi.checkpoints TO madoguchi_auditor;
GRANT EXECUTE ON FUNCTION madoguchi.check_roots(), madoguchi.root(text, bigint),
    madoguchi.patient_page(text, text), madoguchi.next_index(text) TO madoguchi_auditor;

COMMIT;
