-- A case is opened by acts: its own notification, a consent, an accepted hand-over. Each kind of act has a word, and for
-- each word a function of its package is registered, by migration alone, which returns what the recorded acts allow now.
-- Nothing else is known here about any act.

CREATE TABLE dossiers_act (
    word varchar(20) PRIMARY KEY,
    allows text NOT NULL UNIQUE
);
GRANT SELECT ON dossiers_act TO suone_app;
ALTER TABLE dossiers_grant ADD CONSTRAINT grant_because_of_a_known_act FOREIGN KEY (because) REFERENCES dossiers_act (word);

-- What one act allows one institution or staff member. An act allows each of them one period with one set of categories.
CREATE TYPE dossiers_allowance AS (
    act_id bigint, dossier_id bigint, institution_id bigint, staff_id bigint, categories bigint, power integer,
    valid_from timestamptz, valid_until timestamptz, legal_basis text
);

-- What the acts of one kind allow: one of them, or all if no id is given.
CREATE FUNCTION dossiers_allowed(act_word text, number bigint) RETURNS SETOF dossiers_allowance
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    asked text;
BEGIN
    SELECT a.allows INTO STRICT asked FROM dossiers_act a WHERE a.word = act_word;
    RETURN QUERY EXECUTE format('SELECT * FROM %I($1) a WHERE a.categories <> 0 AND a.valid_until > a.valid_from', asked)
        USING number;
END $$;

-- The first moment of a day in Switzerland.
CREATE FUNCTION dossiers_start_of(day date) RETURNS timestamptz LANGUAGE sql STABLE
    RETURN day::timestamp AT TIME ZONE 'Europe/Zurich';

-- Whether a staff member was a medical officer at a moment. Roles that end or are approved later do not change that.
CREATE FUNCTION dossiers_was_medical_officer(staff bigint, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT 1 FROM appointments_heldrole h
        WHERE h.appointment_id = staff AND h.role = 'medical_officer'
          AND h.valid_from <= (moment AT TIME ZONE 'Europe/Zurich')::date
          AND (h.valid_until IS NULL OR h.valid_until >= (moment AT TIME ZONE 'Europe/Zurich')::date)
          AND (h.ended_at IS NULL OR h.ended_at > moment)
          AND (NOT h.needs_approval OR h.is_beginning OR h.approved_at IS NOT NULL)
    );

-- Until when a staff member is a medical officer without interruption, as known today; -infinity if they are none.
CREATE FUNCTION dossiers_medical_officer_until(staff bigint) RETURNS timestamptz LANGUAGE sql STABLE
    RETURN coalesce((
        SELECT coalesce(dossiers_start_of(upper(spell.days)), '9999-12-31T00:00:00Z')
        FROM unnest((
            SELECT range_agg(daterange(h.valid_from, h.valid_until, '[]') * daterange(a.active_from, a.active_until, '[]'))
            FROM appointments_heldrole h JOIN appointments_appointment a ON a.id = h.appointment_id
            WHERE a.id = staff AND h.role = 'medical_officer' AND h.ended_at IS NULL AND a.ended_at IS NULL
              AND (NOT h.needs_approval OR h.is_beginning OR h.approved_at IS NOT NULL)
              AND coalesce(h.valid_until >= h.valid_from, true) AND coalesce(a.active_until >= a.active_from, true)
        )) AS spell (days)
        WHERE spell.days @> appointments_today()
    ), '-infinity');

-- Whoever opens or ends access to a case, or changes the act that it rests on, waits until others have done so with the same
-- case: a check made early would not see what they commit meanwhile. At another isolation it would not either.
CREATE FUNCTION dossiers_lock(file bigint) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'access changes in transactions that see what others committed'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM dossiers_dossier d WHERE d.id = file FOR NO KEY UPDATE;
END $$;

-- Brings the grants of one act in line with what it allows: ends what exceeds it, keeps what is still allowed and, where
-- it may open, opens what is missing. A grant that has not begun becomes empty, never inverted.
CREATE FUNCTION dossiers_follow(act_word text, number bigint, may_open boolean)
RETURNS TABLE (word text, act_id bigint, institution bigint, staff bigint, mask bigint, with_power integer, basis text)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    now_at CONSTANT timestamptz := statement_timestamp();
    g dossiers_grant;
    a dossiers_allowance;
    starts timestamptz;
    is_kept boolean;
    is_left boolean;
BEGIN
    PERFORM dossiers_lock(x.id) FROM (
        SELECT y.dossier_id FROM dossiers_allowed(act_word, number) y
        UNION SELECT y.dossier_id FROM dossiers_grant y WHERE y.because = act_word AND y.because_id = number ORDER BY 1) x (id);
    -- Nor may the role of a staff member end meanwhile.
    PERFORM 1 FROM appointments_appointment o
        WHERE o.id IN (SELECT y.staff_id FROM dossiers_allowed(act_word, number) y) ORDER BY o.id FOR SHARE;
    FOR g IN SELECT * FROM dossiers_grant x WHERE x.because = act_word AND x.because_id = number
             AND x.valid_until > greatest(x.valid_from, now_at) ORDER BY x.id FOR UPDATE
    LOOP
        SELECT * INTO a FROM dossiers_allowed(act_word, number) y WHERE y.dossier_id = g.dossier_id
            AND y.institution_id IS NOT DISTINCT FROM g.institution_id AND y.staff_id IS NOT DISTINCT FROM g.staff_id;
        a.categories := CASE WHEN a.act_id IS NULL THEN 0 WHEN may_open THEN a.categories ELSE a.categories & g.categories END;
        IF NOT may_open THEN
            a.power := least(a.power, g.power);
            a.valid_until := least(a.valid_until, g.valid_until);
        END IF;
        starts := greatest(a.valid_from, g.valid_from);
        is_kept := a.categories = g.categories AND a.power = g.power AND starts = g.valid_from;
        CONTINUE WHEN is_kept AND a.valid_until = g.valid_until;
        UPDATE dossiers_grant x SET valid_until = greatest(x.valid_from, CASE WHEN is_kept THEN a.valid_until ELSE now_at END)
            WHERE x.id = g.id;
        is_left := a.categories <> 0 AND a.valid_until > greatest(starts, now_at);
        IF is_left AND NOT is_kept THEN
            INSERT INTO dossiers_grant (dossier_id, institution_id, staff_id, categories, power, valid_from, valid_until,
                                        because, because_id, legal_basis, opened_at)
                VALUES (g.dossier_id, g.institution_id, g.staff_id, a.categories, a.power, greatest(starts, now_at),
                        a.valid_until, act_word, number, a.legal_basis, now_at);
        END IF;
        RETURN QUERY SELECT act_word, number, g.institution_id, g.staff_id, CASE WHEN is_left THEN a.categories ELSE 0 END,
            coalesce(a.power, g.power::integer), g.legal_basis::text;
    END LOOP;
    IF may_open THEN
        RETURN QUERY
        INSERT INTO dossiers_grant (dossier_id, institution_id, staff_id, categories, power, valid_from, valid_until,
                                    because, because_id, legal_basis, opened_at)
            SELECT y.dossier_id, y.institution_id, y.staff_id, y.categories, y.power, greatest(y.valid_from, now_at),
                   y.valid_until, act_word, number, y.legal_basis, now_at
            FROM dossiers_allowed(act_word, number) y
            WHERE y.valid_until > now_at AND NOT EXISTS (
                SELECT 1 FROM dossiers_grant x WHERE x.because = act_word AND x.because_id = number
                  AND x.dossier_id = y.dossier_id AND x.institution_id IS NOT DISTINCT FROM y.institution_id
                  AND x.staff_id IS NOT DISTINCT FROM y.staff_id AND x.valid_until > greatest(x.valid_from, now_at))
            RETURNING because::text, because_id, institution_id, staff_id, categories, power::integer, legal_basis::text;
    END IF;
END $$;

-- Opens what one recorded act allows, all of it and nothing else: for whoever leads the case it is about. Returns what
-- was opened or changed, for the log.
CREATE FUNCTION dossiers_open_for(act_word text, number bigint)
RETURNS TABLE (word text, act_id bigint, institution bigint, staff bigint, mask bigint, with_power integer, basis text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM dossiers_allowed(act_word, number) y)
       OR EXISTS (SELECT 1 FROM dossiers_allowed(act_word, number) y WHERE NOT dossiers_has_power(y.dossier_id, 3)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT * FROM dossiers_follow(act_word, number, true);
END $$;

-- Ends access that the acts of a case no longer allow. To read the case is enough: whoever learns of a withdrawal must be
-- able to record it at once. What remains follows from the acts alone.
CREATE FUNCTION dossiers_close_beyond(dossier bigint)
RETURNS TABLE (word text, act_id bigint, institution bigint, staff bigint, mask bigint, with_power integer, basis text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    opened record;
BEGIN
    IF NOT dossiers_has_power(dossier, 1) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM dossiers_lock(dossier);
    FOR opened IN SELECT DISTINCT g.because, g.because_id FROM dossiers_grant g
                  WHERE g.dossier_id = dossier AND g.valid_until > greatest(g.valid_from, statement_timestamp())
    LOOP
        RETURN QUERY SELECT * FROM dossiers_follow(opened.because, opened.because_id, false);
    END LOOP;
END $$;

-- No grant in force, or to come, exceeds its act: checked at the end of every transaction, on the grant and on the rows
-- of the act. With the owner's rights: whoever acts may not be able to see the act.
CREATE FUNCTION dossiers_check_grant(g dossiers_grant) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF g.valid_until > greatest(g.valid_from, statement_timestamp()) AND NOT EXISTS (
        SELECT 1 FROM dossiers_allowed(g.because, g.because_id) a
        WHERE a.dossier_id = g.dossier_id AND a.institution_id IS NOT DISTINCT FROM g.institution_id
          AND a.staff_id IS NOT DISTINCT FROM g.staff_id AND (g.categories & ~a.categories) = 0 AND g.power <= a.power
          AND g.valid_from >= a.valid_from AND g.valid_until <= a.valid_until
    ) THEN
        RAISE EXCEPTION 'grant % exceeds its act: % %', g.id, g.because, g.because_id
            USING ERRCODE = 'check_violation', TABLE = 'dossiers_grant', CONSTRAINT = 'grant_within_its_act';
    END IF;
END $$;

CREATE FUNCTION dossiers_grant_within_act() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- As it is now: it may have ended since.
    PERFORM dossiers_check_grant(g) FROM dossiers_grant g WHERE g.id = NEW.id;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER grant_within_its_act AFTER INSERT OR UPDATE ON dossiers_grant
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grant_within_act();

-- For the tables in which acts are stored; the argument names the column of the case, if it is not the usual one.
CREATE FUNCTION dossiers_grants_within_acts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    file CONSTANT bigint := to_jsonb(OLD) ->> coalesce(TG_ARGV[0], 'dossier_id');
BEGIN
    PERFORM dossiers_lock(file);
    PERFORM dossiers_check_grant(g) FROM dossiers_grant g WHERE g.dossier_id = file;
    RETURN NULL;
END $$;

-- Compares access and acts over the whole canton, for a job: grants without an act, wider than it or different from it,
-- and grants that an act should have opened.
CREATE FUNCTION dossiers_drift() RETURNS TABLE (case_number text, grant_id bigint, because text, because_id bigint, kind text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    WITH expected AS (
        SELECT w.word, a.* FROM dossiers_act w, dossiers_allowed(w.word, NULL) a
        WHERE a.valid_from <= statement_timestamp() AND a.valid_until > statement_timestamp()
    ), actual AS (
        SELECT * FROM dossiers_grant g
        WHERE g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
    )
    SELECT d.number::text, actual.id, coalesce(actual.because, expected.word)::text,
           coalesce(actual.because_id, expected.act_id),
           CASE WHEN expected.act_id IS NULL THEN 'unfounded' WHEN actual.id IS NULL THEN 'missing'
                WHEN actual.categories <> expected.categories THEN 'categories'
                WHEN actual.power <> expected.power THEN 'power' ELSE 'period' END
    FROM actual FULL JOIN expected
      ON actual.because = expected.word AND actual.because_id = expected.act_id
     AND actual.dossier_id = expected.dossier_id
     AND coalesce(actual.institution_id, 0) = coalesce(expected.institution_id, 0)
     AND coalesce(actual.staff_id, 0) = coalesce(expected.staff_id, 0)
    JOIN dossiers_dossier d ON d.id = coalesce(actual.dossier_id, expected.dossier_id)
    WHERE actual.id IS NULL OR expected.act_id IS NULL OR actual.categories <> expected.categories
       OR actual.power <> expected.power OR actual.valid_until <> expected.valid_until
    ORDER BY d.id, actual.id, 4;
END $$;

-- The case's own notification: to the institution that opened the file, until it hands the case over. Health is reserved
-- for staff members (ATSG Art. 47 para 2).
CREATE FUNCTION dossiers_notification_allows(act bigint) RETURNS SETOF dossiers_allowance LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT d.id, d.id, n.institution_id, NULL::bigint, (2047 & ~16)::bigint, 3, d.opened_at,
           coalesce(d.handed_over_at, '9999-12-31T00:00:00Z'), 'own-notification'::text
    FROM dossiers_dossier d JOIN persons_number n ON n.dossier_id = d.id AND n.recorded = 'given'
    WHERE act IS NULL OR d.id = act;
END;

-- Break-glass: to the named person alone; health only for whoever was a medical officer then, as long as they are one.
CREATE FUNCTION dossiers_break_glass_allows(act bigint) RETURNS SETOF dossiers_allowance LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT e.id, e.dossier_id, NULL::bigint, e.staff_id,
           (CASE WHEN dossiers_was_medical_officer(e.staff_id, e.at) THEN 2047 ELSE 2047 & ~16 END)::bigint, 2, e.at,
           least(e.until, CASE WHEN dossiers_was_medical_officer(e.staff_id, e.at)
                               THEN dossiers_medical_officer_until(e.staff_id) END), 'break-glass'::text
    FROM dossiers_emergency e WHERE act IS NULL OR e.id = act;
END;

INSERT INTO dossiers_act VALUES
    ('notification', 'dossiers_notification_allows'), ('break_glass', 'dossiers_break_glass_allows');
CREATE CONSTRAINT TRIGGER grants_within_acts AFTER UPDATE OF opened_at, handed_over_at, receiver_id OR DELETE ON dossiers_dossier
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts('id');
CREATE CONSTRAINT TRIGGER grants_within_acts AFTER UPDATE OF dossier_id, institution_id, recorded OR DELETE ON persons_number
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts();
CREATE CONSTRAINT TRIGGER grants_within_acts AFTER UPDATE OR DELETE ON dossiers_emergency
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts();

-- The same if something other than an act on the grant changes what is allowed; each change is logged.
CREATE FUNCTION dossiers_follow_and_record(act_word text, number bigint, dossier bigint) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_entry (kind, act, acting_kind, dossier_id, person_id, object_type, object_id, recipients, legal_basis,
                             purpose, details)
        SELECT CASE WHEN f.mask = 0 THEN 'change' ELSE 'disclose' END,
               CASE WHEN f.mask = 0 THEN 'grant.ended' ELSE 'grant.opened' END, coalesce(actor_kind(), 'job'), d.id,
               d.person_id, f.word, f.act_id, array_remove(ARRAY[f.institution], NULL), coalesce(f.basis, ''), '',
               jsonb_build_object('categories', f.mask, 'power', f.with_power, 'staff', f.staff)
        FROM dossiers_follow(act_word, number, true) f CROSS JOIN dossiers_dossier d WHERE d.id = dossier;
END $$;

-- What an act opened to a medical officer with health ends with their role, and comes back with it while the act is in
-- force.
CREATE FUNCTION dossiers_follow_medical_officer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    officer CONSTANT bigint := (coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> TG_ARGV[0])::bigint;
BEGIN
    PERFORM 1 FROM appointments_appointment o WHERE o.id = officer FOR NO KEY UPDATE;
    PERFORM dossiers_follow_and_record(opened.because, opened.because_id, opened.dossier_id)
        FROM (SELECT DISTINCT g.because, g.because_id, g.dossier_id FROM dossiers_grant g
              WHERE g.staff_id = officer AND (g.categories & 16) <> 0 ORDER BY g.dossier_id) opened;
    RETURN NULL;
END $$;
CREATE TRIGGER grants_of_medical_officer AFTER INSERT OR UPDATE OR DELETE ON appointments_heldrole
    FOR EACH ROW EXECUTE FUNCTION dossiers_follow_medical_officer('appointment_id');
CREATE TRIGGER grants_of_medical_officer AFTER UPDATE OF active_from, active_until, ended_at ON appointments_appointment
    FOR EACH ROW EXECUTE FUNCTION dossiers_follow_medical_officer('id');

GRANT EXECUTE ON FUNCTION dossiers_open_for, dossiers_close_beyond, dossiers_drift TO suone_app;
