-- The access histories of many terminals in one place: what `madoguchi history export postgres`
-- loads. Once per database, as its owner; safe to repeat. PostgreSQL 14 or later, no extension.
--
-- leaves       every entry's leaf: gives the tree's root, and tells nothing
-- events       what the entries say, by month; whole months are dropped when they have expired
-- checkpoints  what the terminals signed
-- loaders      whose login loads which log: one for each terminal, so that none speaks for another
-- erasures     which entries and keys the terminals say are gone: their events go here, too, and
--              an older export does not bring them back
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

CREATE TABLE IF NOT EXISTS madoguchi.erasures (
    origin text NOT NULL,
    -- The entry that tells of it.
    told_by bigint NOT NULL,
    -- 'entries' or 'keys': from first to last.
    what text NOT NULL CHECK (what IN ('entries', 'keys')),
    first bigint NOT NULL,
    last bigint NOT NULL CHECK (last >= first),
    PRIMARY KEY (origin, told_by, what, first)
);

-- Which login loads which log: the first that did. The owner may change it.
CREATE TABLE IF NOT EXISTS madoguchi.loaders (
    origin text PRIMARY KEY,
    loader name NOT NULL
);

-- Where COPY puts rows; `take` empties it in the same transaction.
CREATE UNLOGGED TABLE IF NOT EXISTS madoguchi.incoming (
    origin text NOT NULL,
    index bigint NOT NULL,
    leaf bytea NOT NULL,
    salt bytea,
    event text
);

-- Only what this transaction brought counts: rows that somebody left behind stop nobody's load.
ALTER TABLE madoguchi.incoming ADD COLUMN IF NOT EXISTS txid bigint NOT NULL DEFAULT txid_current();
CREATE OR REPLACE VIEW madoguchi.arriving AS
    SELECT origin, index, leaf, salt, event FROM madoguchi.incoming WHERE txid = txid_current();

-- The entry that a terminal's next load begins with: its durable cursor.
CREATE OR REPLACE FUNCTION madoguchi.next_index(log text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(max(index) + 1, 0) FROM madoguchi.leaves WHERE origin = log
$$;

-- Makes the partition of a month. What a terminal claims to be of another age makes none: whoever has
-- its login could fill the catalogue with them.
CREATE OR REPLACE FUNCTION madoguchi.make_month(month date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF month IS NULL OR month < date '2015-01-01' OR month > now() + interval '1 year' THEN
        RAISE EXCEPTION 'entries of %, which no terminal can have written', month;
    END IF;
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

-- The ranges of a manifest: the note of an entry `bodiesErased` or `keysDestroyed`. One that cannot be
-- read is named and passed over, as the terminal does.
CREATE OR REPLACE FUNCTION madoguchi.told_ranges(note text, field text)
RETURNS TABLE (first bigint, last bigint)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT split_part(range, '-', 1)::bigint, split_part(range, '-', 2)::bigint
        FROM jsonb_array_elements_text(note::jsonb -> field) AS range
        WHERE range ~ '^[0-9]{1,16}-[0-9]{1,16}$'
            AND split_part(range, '-', 1)::bigint <= split_part(range, '-', 2)::bigint;
EXCEPTION WHEN data_exception THEN
    RAISE WARNING 'a manifest that cannot be read: %', left(note, 200);
END
$$;

-- The key that sealed an entry.
CREATE OR REPLACE FUNCTION madoguchi.key_id(leaf bytea) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ('x' || encode(substring(leaf FROM 2 FOR 4), 'hex'))::bit(32)::bigint
$$;

-- Writes down what the entries from an index on tell of erasures; how many ranges that are.
CREATE OR REPLACE FUNCTION madoguchi.note_erasures(log text, from_index bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    added bigint;
BEGIN
    INSERT INTO madoguchi.erasures AS t (origin, told_by, what, first, last)
        SELECT e.origin, e.index, told.what, r.first, r.last
        FROM madoguchi.events e
        JOIN (VALUES ('bodiesErased', 'entries'), ('keysDestroyed', 'keys')) AS told (reason, what)
            ON told.reason = e.reason,
        LATERAL madoguchi.told_ranges(e.event::jsonb ->> 'note', told.what) AS r
        WHERE e.origin = log AND e.index >= from_index AND e.kind = 'administratorAct'
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN added;
END
$$;

-- Takes away the events from an index on that the terminal says are gone; the leaves stay.
CREATE OR REPLACE FUNCTION madoguchi.erase(log text, from_index bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    removed bigint;
    more bigint;
BEGIN
    DELETE FROM madoguchi.events e USING madoguchi.erasures t
        WHERE e.origin = log AND t.origin = log AND t.what = 'entries'
            AND e.index BETWEEN t.first AND t.last AND e.index >= from_index;
    GET DIAGNOSTICS removed = ROW_COUNT;
    DELETE FROM madoguchi.events e USING madoguchi.erasures t, madoguchi.leaves l
        WHERE e.origin = log AND t.origin = log AND l.origin = log AND t.what = 'keys'
            AND e.index >= from_index AND l.index = e.index
            AND madoguchi.key_id(l.leaf) BETWEEN t.first AND t.last;
    GET DIAGNOSTICS more = ROW_COUNT;
    RETURN removed + more;
END
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
    first_index bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(log, 0));
    IF EXISTS (SELECT FROM madoguchi.arriving i WHERE i.origin <> log OR i.index >= signed_size) THEN
        RAISE EXCEPTION 'entries that the checkpoint of % over % entries does not hold',
            log, signed_size;
    END IF;

    -- A log is one login's: nobody else can add to it, not even behind its end.
    INSERT INTO madoguchi.loaders AS l (origin, loader) VALUES (log, session_user)
        ON CONFLICT DO NOTHING;
    IF NOT EXISTS (
        SELECT FROM madoguchi.loaders l WHERE l.origin = log AND l.loader = session_user)
    THEN
        RAISE EXCEPTION 'the log % is loaded by another login than %', log, session_user;
    END IF;

    SELECT min(i.index) INTO wrong FROM madoguchi.arriving i
        GROUP BY i.index HAVING count(*) > 1 LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'entry % of % comes twice', wrong, log;
    END IF;

    SELECT min(i.index) INTO wrong FROM madoguchi.arriving i
        JOIN madoguchi.leaves l ON l.origin = i.origin AND l.index = i.index
        WHERE l.leaf <> i.leaf;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'entry % of % is another one than was loaded before', wrong, log;
    END IF;

    SELECT min(i.index) INTO wrong FROM madoguchi.arriving i
        WHERE i.event IS NOT NULL
            AND madoguchi.commitment(i.origin, i.salt, i.event) <> substring(i.leaf FROM 6 FOR 32);
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'entry % of % is not what its leaf commits to', wrong, log;
    END IF;

    INSERT INTO madoguchi.leaves AS l (origin, index, leaf)
        SELECT i.origin, i.index, i.leaf FROM madoguchi.arriving i ORDER BY i.index
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    IF madoguchi.next_index(log) <> (SELECT count(*) FROM madoguchi.leaves l WHERE l.origin = log)
    THEN
        RAISE EXCEPTION 'entries of % are missing before those that came', log;
    END IF;

    FOR of_month IN
        SELECT DISTINCT date_trunc(
            'month', ((i.event::jsonb ->> 'time')::timestamptz AT TIME ZONE 'Asia/Tokyo'))::date
        FROM madoguchi.arriving i WHERE i.event IS NOT NULL
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
        FROM madoguchi.arriving i, LATERAL (SELECT i.event::jsonb AS j) AS parsed
        WHERE i.event IS NOT NULL
        ON CONFLICT DO NOTHING;

    -- What the terminal says is gone goes here as well, whichever came first: all of it where these
    -- rows tell of something new, else what these rows would bring back.
    SELECT min(i.index) INTO first_index FROM madoguchi.arriving i;
    IF madoguchi.note_erasures(log, coalesce(first_index, 0)) > 0 THEN
        first_index := 0;
    END IF;
    PERFORM madoguchi.erase(log, coalesce(first_index, 0));

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

-- Takes away what a key had sealed, without the terminal's word; the leaves stay, and with them every
-- proof. For the owner alone. An older export would bring it back.
CREATE OR REPLACE FUNCTION madoguchi.forget(log text, key_id bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    removed bigint;
BEGIN
    DELETE FROM madoguchi.events e USING madoguchi.leaves l
        WHERE e.origin = log AND l.origin = log AND l.index = e.index
            AND madoguchi.key_id(l.leaf) = forget.key_id;
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

-- What was loaded before this table was there.
SELECT madoguchi.note_erasures(logs.origin, 0), madoguchi.erase(logs.origin, 0)
    FROM (SELECT DISTINCT origin FROM madoguchi.events WHERE kind = 'administratorAct') AS logs;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA madoguchi FROM PUBLIC;
GRANT USAGE ON SCHEMA madoguchi TO madoguchi_loader, madoguchi_auditor;
REVOKE INSERT ON madoguchi.incoming FROM madoguchi_loader;
GRANT INSERT (origin, index, leaf, salt, event) ON madoguchi.incoming TO madoguchi_loader;
GRANT EXECUTE ON FUNCTION madoguchi.take(bytea), madoguchi.next_index(text) TO madoguchi_loader;
GRANT SELECT ON madoguchi.auditor_page, madoguchi.checkpoints, madoguchi.erasures TO madoguchi_auditor;
GRANT EXECUTE ON FUNCTION madoguchi.check_roots(), madoguchi.root(text, bigint),
    madoguchi.patient_page(text, text), madoguchi.next_index(text) TO madoguchi_auditor;

COMMIT;
