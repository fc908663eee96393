-- Deliveries: parts are staged and applied as a whole, in one transaction, or not at all.

-- The acting institution, if it may deliver now: it has the permission and takes part in the register.
CREATE FUNCTION register.acting_institution(permission text) RETURNS integer
LANGUAGE plpgsql STABLE SET search_path = register, public, pg_temp AS $$
BEGIN
    IF NOT actor_may(permission) OR actor_institution() IS NULL OR NOT EXISTS (
        SELECT 1 FROM register_enrolment e WHERE e.institution_id = actor_institution() AND e.ended_on IS NULL)
    THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN actor_institution();
END $$;

-- The delivery of this file: the same one if it was interrupted. Any other that is still open is abandoned.
CREATE FUNCTION register.open_delivery(in_epoch smallint, of_kind text, of_rows integer, of_digest text)
RETURNS register.delivery LANGUAGE plpgsql SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
DECLARE
    own integer := acting_institution('register.deliver');
    found delivery;
BEGIN
    PERFORM 1 FROM register_enrolment e WHERE e.institution_id = own FOR NO KEY UPDATE;  -- one delivery at a time
    SELECT * INTO found FROM delivery d WHERE d.institution = own AND d.epoch = in_epoch AND d.state = 'open'
        AND d.kind <> 'single';
    IF found.digest = of_digest AND found.kind = of_kind AND found.rows = of_rows THEN
        RETURN found;
    END IF;
    IF found.id IS NOT NULL THEN
        PERFORM abandon_delivery(found.id);
    END IF;
    INSERT INTO delivery (institution, epoch, kind, rows, digest)
        SELECT own, e.number, of_kind, of_rows, of_digest FROM epoch e
        WHERE e.number = in_epoch AND e.state IN ('opening', 'current') RETURNING * INTO found;
    RETURN found;
END $$;

CREATE FUNCTION register.own_delivery(wanted bigint) RETURNS register.delivery
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
    SELECT d.* FROM delivery d WHERE d.id = wanted AND d.institution = actor_institution()
$$;

CREATE FUNCTION register.parts_of(wanted bigint) RETURNS TABLE (number integer, rows integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
    SELECT p.number, p.rows FROM part p JOIN delivery d ON d.id = p.delivery
    WHERE d.id = wanted AND d.institution = actor_institution() AND d.state = 'open' ORDER BY p.number
$$;

CREATE FUNCTION register.abandon_delivery(given_up bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    UPDATE delivery d SET state = 'abandoned'
        WHERE d.id = given_up AND d.institution = acting_institution('register.deliver') AND d.state = 'open';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM stage WHERE delivery = given_up;
    DELETE FROM part WHERE delivery = given_up;
    RETURN true;
END $$;

-- Stores a part of a delivery; sent again, it replaces itself.
CREATE FUNCTION register.add_part(
    into_delivery bigint, part_number integer, tokens uuid[], froms date[], untils date[], offices integer[],
    workers integer[], referrers integer[], "references" text[], seals bytea[]
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM delivery d
        WHERE d.id = into_delivery AND d.institution = acting_institution('register.deliver') AND d.state = 'open'
        FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM stage WHERE delivery = into_delivery AND part = part_number;
    INSERT INTO stage (delivery, part, token, valid_from, valid_until, office, worker, referred_by, reference, sealed)
        SELECT into_delivery, part_number, r.* FROM unnest(
            tokens, froms, untils, offices, workers, referrers, "references",
            coalesce(seals, array_fill(NULL::bytea, ARRAY[cardinality(tokens)]))) AS r;
    INSERT INTO part (delivery, number, rows) VALUES (into_delivery, part_number, cardinality(tokens))
        ON CONFLICT (delivery, number) DO UPDATE SET rows = excluded.rows;
    RETURN true;
END $$;

-- Compares the stage with the registrations, changes what differs, and creates alerts for new overlaps.
-- * A row is the same registration if token and first day agree; an open one with a corrected first day, too.
-- * In a snapshot, an open registration that is missing ends today; in changes, nothing follows from missing rows.
-- Returns what was done; if more than the allowed share would end, returns only that and does nothing.
CREATE FUNCTION register.apply_delivery(
    delivered bigint, today date, allowed_share double precision,
    OUT added integer, OUT changed integer, OUT ended integer, OUT unchanged integer, OUT new_overlaps integer,
    OUT open_before integer, OUT refusal text, OUT touches_canary boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = register, public, pg_temp SET work_mem = '256MB' AS $$
DECLARE
    this delivery;
    own integer := acting_institution('register.deliver');
    is_current boolean;
    is_first boolean;
BEGIN
    PERFORM 1 FROM register_enrolment e WHERE e.institution_id = own FOR NO KEY UPDATE;  -- one delivery at a time
    SELECT * INTO this FROM delivery d WHERE d.id = delivered AND d.institution = own AND d.state = 'open' FOR UPDATE;
    IF NOT FOUND THEN
        refusal := 'closed';
        RETURN;
    END IF;
    IF (SELECT coalesce(sum(p.rows), 0) FROM part p WHERE p.delivery = delivered) <> this.rows THEN
        refusal := 'incomplete';
        RETURN;
    END IF;
    SELECT e.state = 'current' INTO is_current FROM epoch e WHERE e.number = this.epoch;
    is_first := NOT EXISTS (SELECT 1 FROM registration r WHERE r.epoch = this.epoch AND r.institution = own);

    DROP TABLE IF EXISTS difference;
    CREATE TEMP TABLE difference ON COMMIT DROP AS
        SELECT coalesce(s.token, r.token) AS token, r.valid_from AS known_from, r.valid_until AS known_until,
               s.valid_from, s.valid_until, s.office, s.worker, s.referred_by, s.reference, s.sealed,
               r.token IS NOT NULL AS is_known, s.token IS NOT NULL AS is_delivered
        FROM (SELECT k.* FROM registration k
              WHERE this.kind = 'snapshot' AND k.epoch = this.epoch AND k.institution = own
              UNION ALL  -- of changes, these persons alone: the others, who may be a million, are not read
              SELECT k.* FROM registration k
              WHERE this.kind <> 'snapshot' AND k.epoch = this.epoch AND k.institution = own
                AND k.token IN (SELECT g.token FROM stage g WHERE g.delivery = delivered)) r
        FULL JOIN (SELECT * FROM stage g WHERE g.delivery = delivered) s
            ON s.token = r.token AND s.valid_from = r.valid_from
        WHERE r.token IS NULL
           OR (s.token IS NULL AND r.valid_until IS NULL)
           OR (s.token IS NOT NULL AND (s.valid_until, s.office, s.worker, s.referred_by, s.reference)
               IS DISTINCT FROM (r.valid_until, r.office, r.worker, r.referred_by, r.reference));
    -- A corrected first day: the open registration stays one.
    UPDATE difference d SET known_from = k.known_from, is_known = true FROM difference k
        WHERE k.token = d.token AND NOT d.is_known AND d.is_delivered AND d.valid_until IS NULL
          AND k.is_known AND NOT k.is_delivered;
    DELETE FROM difference k USING difference d
        WHERE d.token = k.token AND d.known_from = k.known_from AND d.is_delivered AND NOT k.is_delivered;
    IF this.kind <> 'snapshot' THEN
        DELETE FROM difference WHERE NOT is_delivered;
    END IF;
    ANALYZE difference;

    SELECT count(*) FILTER (WHERE NOT is_known), count(*) FILTER (WHERE is_known AND is_delivered),
           count(*) FILTER (WHERE NOT is_delivered)
        INTO added, changed, ended FROM difference;
    unchanged := this.rows - added - changed;
    IF ended > 0 THEN
        SELECT count(*) INTO open_before FROM registration r
            WHERE r.epoch = this.epoch AND r.institution = own AND r.valid_until IS NULL;
    END IF;
    IF ended > allowed_share * open_before THEN
        refusal := 'many';
        RETURN;
    END IF;

    BEGIN
        UPDATE registration r SET valid_until = greatest(r.valid_from, today)
            FROM difference d
            WHERE NOT d.is_delivered AND r.epoch = this.epoch AND r.institution = own AND r.token = d.token
              AND r.valid_from = d.known_from;
        UPDATE registration r SET valid_from = d.valid_from, valid_until = d.valid_until, office = d.office,
                                  worker = d.worker, referred_by = d.referred_by, reference = d.reference,
                                  sealed = coalesce(d.sealed, r.sealed)
            FROM difference d
            WHERE d.is_known AND d.is_delivered AND r.epoch = this.epoch AND r.institution = own AND r.token = d.token
              AND r.valid_from = d.known_from;
        INSERT INTO registration (epoch, institution, token, valid_from, valid_until, office, worker, referred_by,
                                  reference, sealed)
            SELECT this.epoch, own, d.token, d.valid_from, d.valid_until, d.office, d.worker, d.referred_by, d.reference,
                   d.sealed
            FROM difference d WHERE NOT d.is_known;
    EXCEPTION WHEN unique_violation THEN
        refusal := 'duplicates';
        RETURN;
    END;
    touches_canary := EXISTS (
        SELECT 1 FROM canary c JOIN difference d ON d.token = c.token WHERE c.epoch = this.epoch AND d.is_delivered);

    -- What is new: open now, and not open before. Whoever delivers a first file finds existing overlaps in the list.
    DROP TABLE IF EXISTS meeting;
    CREATE TEMP TABLE meeting ON COMMIT DROP AS
        SELECT d.token, d.office, d.worker, d.reference, d.valid_from, o.institution AS other_institution,
               o.office AS other_office, o.worker AS other_worker, o.reference AS other_reference,
               o.valid_from AS other_from
        FROM difference d JOIN registration o ON o.token = d.token
        WHERE d.is_delivered AND d.valid_until IS NULL AND (NOT d.is_known OR d.known_until IS NOT NULL)
          AND o.epoch = this.epoch AND o.institution <> own AND o.valid_until IS NULL;
    SELECT count(*) INTO new_overlaps FROM meeting;
    IF is_current AND NOT (is_first AND this.kind <> 'single') THEN
        WITH notified AS (  -- both sides
            SELECT nextval(pg_get_serial_sequence('register_alert', 'id')) AS alert, sides.* FROM (
                SELECT m.token, own AS institution, m.office, m.worker, m.reference, m.valid_from, m.other_institution,
                       m.other_office, m.other_worker, m.other_from FROM meeting m
                UNION ALL
                SELECT m.token, m.other_institution, m.other_office, m.other_worker, m.other_reference, m.other_from, own,
                       m.office, m.worker, m.valid_from FROM meeting m) sides
        ), raised AS (
            INSERT INTO register_alert (id, institution_id, office_id, worker_id, reference, since, other_institution_id,
                                        other_office_id, other_worker_id, other_since, state, at, is_quiet)
            SELECT t.alert, t.institution, t.office, t.worker, t.reference, t.valid_from, t.other_institution,
                   t.other_office, t.other_worker, t.other_from, 'new', statement_timestamp(), false FROM notified t
        )
        INSERT INTO unsent (alert, epoch, token) SELECT t.alert, this.epoch, t.token FROM notified t;
    END IF;

    -- After large deliveries, or the next one is planned as if these rows did not exist; small ones are left to
    -- autovacuum.
    IF added + changed + ended > greatest(1000, (SELECT c.reltuples / 10 FROM pg_class c
            WHERE c.oid = format('register.registration_%s', this.epoch)::regclass)) THEN
        EXECUTE format('ANALYZE registration_%s', this.epoch);
    END IF;
    DELETE FROM stage WHERE delivery = delivered;
    DELETE FROM part WHERE delivery = delivered;
    UPDATE delivery d SET state = 'applied', applied_at = statement_timestamp(), added = apply_delivery.added,
            changed = apply_delivery.changed, ended = apply_delivery.ended, unchanged = apply_delivery.unchanged,
            new_overlaps = apply_delivery.new_overlaps
        WHERE d.id = delivered;
END $$;

-- One registration, typed into the form: the same rules in one call; separate from the institution's files.
CREATE FUNCTION register.register_one(
    in_epoch smallint, of_token uuid, first_day date, last_day date, of_office integer, of_worker integer,
    of_referrer integer, of_reference text, seal bytea, today date,
    OUT added integer, OUT changed integer, OUT new_overlaps integer, OUT touches_canary boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
DECLARE
    this bigint;
BEGIN
    INSERT INTO delivery (institution, epoch, kind, rows, digest)
        VALUES (acting_institution('register.deliver'), in_epoch, 'single', 1, '') RETURNING id INTO this;
    INSERT INTO part (delivery, number, rows) VALUES (this, 1, 1);
    INSERT INTO stage (delivery, part, token, valid_from, valid_until, office, worker, referred_by, reference, sealed)
        VALUES (this, 1, of_token, first_day, last_day, of_office, of_worker, of_referrer, of_reference, seal);
    SELECT d.added, d.changed, d.new_overlaps, d.touches_canary INTO added, changed, new_overlaps, touches_canary
        FROM apply_delivery(this, today, 1) d;
END $$;

-- Ends the acting institution's open registration of one person.
CREATE FUNCTION register.end_one(in_epoch smallint, of_token uuid, last_day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    UPDATE registration r SET valid_until = last_day
        WHERE r.epoch = in_epoch AND r.token = of_token AND r.institution = acting_institution('register.deliver')
          AND r.valid_until IS NULL AND r.valid_from <= last_day;
    RETURN FOUND;
END $$;

-- Alerts that have not been sent yet: for a job, which notifies and clears them.
CREATE FUNCTION register.unsent_alerts(at_most integer) RETURNS TABLE (alert bigint, epoch smallint, token uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY DELETE FROM unsent u USING (
            SELECT w.alert FROM unsent w ORDER BY w.alert LIMIT at_most FOR UPDATE SKIP LOCKED) due
        WHERE u.alert = due.alert RETURNING u.alert, u.epoch, u.token;
END $$;

GRANT EXECUTE ON FUNCTION register.open_delivery, register.own_delivery, register.parts_of,
    register.abandon_delivery, register.add_part, register.apply_delivery, register.register_one, register.end_one,
    register.unsent_alerts TO suone_app;
