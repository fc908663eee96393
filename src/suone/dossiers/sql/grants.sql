-- The only ways in which a grant begins or ends. They run with the owner's rights and ask themselves whether the
-- acting person has the power; the app's role may read grants and nothing else.

CREATE FUNCTION dossiers_has_power(dossier bigint, wanted integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT actor_kind() = 'job' OR actor_kind() = 'staff' AND EXISTS (
        SELECT 1 FROM dossiers_grant g
        WHERE g.dossier_id = dossier AND (g.institution_id = actor_institution() OR g.staff_id = actor_staff())
          AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= wanted)
$$;

-- A new case file about this person, with the first grant: the notifying institution leads it, health left out.
CREATE FUNCTION dossiers_open(person bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    this_year text := to_char(statement_timestamp() AT TIME ZONE 'Europe/Zurich', 'YYYY');
    next_number integer;
    new_id bigint;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR NOT actor_may('case.notify') OR actor_institution() IS NULL THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO dossiers_numbering (year, last) VALUES (this_year::integer, 1)
        ON CONFLICT (year) DO UPDATE SET last = dossiers_numbering.last + 1 RETURNING last INTO next_number;
    INSERT INTO dossiers_dossier (number, person_id, opened_at, version)
        VALUES (this_year || '-' || lpad(next_number::text, 4, '0'), person, statement_timestamp(), 1)
        RETURNING id INTO new_id;
    INSERT INTO dossiers_grant (dossier_id, person_id, institution_id, categories, power, valid_from, valid_until,
                                because, because_id, legal_basis, opened_at)
        VALUES (new_id, person, actor_institution(), 2047 & ~16, 3, statement_timestamp(),
                '9999-12-31T00:00:00Z', 'notification', new_id, 'own-notification', statement_timestamp());
    RETURN new_id;
END $$;

CREATE FUNCTION dossiers_open_grant(
    dossier bigint, to_institution bigint, to_staff bigint, mask bigint, with_power integer,
    starts timestamptz, ends timestamptz, act text, act_id bigint, basis text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    new_id bigint;
BEGIN
    IF NOT dossiers_has_power(dossier, 3) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO dossiers_grant (dossier_id, person_id, institution_id, staff_id, categories, power, valid_from,
                                valid_until, because, because_id, legal_basis, opened_at)
        SELECT d.id, d.person_id, to_institution, to_staff, mask, with_power, starts, ends, act, act_id, basis,
               statement_timestamp()
        FROM dossiers_dossier d WHERE d.id = dossier
        RETURNING id INTO new_id;
    RETURN new_id;
END $$;

-- Ends what one act opened. A grant that has not begun becomes empty, never inverted.
CREATE FUNCTION dossiers_end_grants(dossier bigint, act text, act_id bigint, ends timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ended integer;
BEGIN
    -- To read is enough for a consent: whoever hears that the person withdraws must be able to record it at once; with
    -- the consent ends the medical mandate that stands on it. An end only ever takes away.
    IF NOT dossiers_has_power(dossier, CASE WHEN act IN ('consent', 'medical_mandate') THEN 1 ELSE 3 END) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE dossiers_grant g SET valid_until = greatest(g.valid_from, ends)
        WHERE g.dossier_id = dossier AND g.because = act AND g.because_id = act_id AND g.valid_until > ends;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END $$;

-- Leaves only some categories of what one act opened to one principal; the wider grant ends, a narrower one follows.
CREATE FUNCTION dossiers_narrow_grants(
    dossier bigint, act text, act_id bigint, to_institution bigint, to_staff bigint, keep bigint
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wide dossiers_grant;
    narrowed integer := 0;
BEGIN
    IF NOT dossiers_has_power(dossier, CASE act WHEN 'consent' THEN 1 ELSE 3 END) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR wide IN
        SELECT * FROM dossiers_grant g
        WHERE g.dossier_id = dossier AND g.because = act AND g.because_id = act_id
          AND g.institution_id IS NOT DISTINCT FROM to_institution AND g.staff_id IS NOT DISTINCT FROM to_staff
          AND g.valid_until > statement_timestamp() AND (g.categories & ~keep) <> 0
    LOOP
        UPDATE dossiers_grant g SET valid_until = greatest(g.valid_from, statement_timestamp()) WHERE g.id = wide.id;
        IF (wide.categories & keep) <> 0 THEN
            INSERT INTO dossiers_grant (dossier_id, person_id, institution_id, staff_id, categories, power, valid_from,
                                        valid_until, because, because_id, legal_basis, opened_at)
                VALUES (wide.dossier_id, wide.person_id, wide.institution_id, wide.staff_id, wide.categories & keep,
                        wide.power, greatest(wide.valid_from, statement_timestamp()), wide.valid_until, wide.because,
                        wide.because_id, wide.legal_basis, statement_timestamp());
        END IF;
        narrowed := narrowed + 1;
    END LOOP;
    RETURN narrowed;
END $$;

-- Who may open this case: for everybody who may open it themselves.
CREATE FUNCTION dossiers_access_of(dossier bigint) RETURNS SETOF dossiers_grant
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.* FROM dossiers_grant g WHERE g.dossier_id = dossier AND dossiers_has_power(dossier, 1) ORDER BY g.id
$$;

-- Break-glass: a named staff member opens a case for three hours, with a reason. Health only for a medical officer, by
-- the roles that are kept and in force, not by what the application says.
CREATE FUNCTION dossiers_break_glass(case_number text, why text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found_dossier dossiers_dossier;
    emergency_id bigint;
    ends timestamptz := statement_timestamp() + interval '3 hours';
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR NOT actor_may('glass.break') OR length(trim(why)) < 10 THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO found_dossier FROM dossiers_dossier d WHERE d.number = case_number;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO dossiers_emergency (dossier_id, staff_id, at, until, reason)
        VALUES (found_dossier.id, actor_staff(), statement_timestamp(), ends, why) RETURNING id INTO emergency_id;
    INSERT INTO dossiers_grant (dossier_id, person_id, staff_id, categories, power, valid_from, valid_until,
                                because, because_id, legal_basis, opened_at)
        VALUES (found_dossier.id, found_dossier.person_id, actor_staff(),
                CASE WHEN EXISTS (SELECT 1 FROM appointments_heldrole h
                                  WHERE h.appointment_id = actor_staff() AND h.role = 'medical_officer'
                                    AND appointments_in_force(h, appointments_today()))
                     THEN 2047 ELSE 2047 & ~16 END, 2,
                statement_timestamp(), ends, 'break_glass', emergency_id, 'break-glass', statement_timestamp());
    RETURN found_dossier.id;
END $$;

GRANT EXECUTE ON FUNCTION dossiers_has_power, dossiers_open, dossiers_open_grant, dossiers_end_grants,
    dossiers_narrow_grants, dossiers_access_of, dossiers_break_glass TO suone_app;
