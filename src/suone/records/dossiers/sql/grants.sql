-- Who has which power over a case, and who may open it. Grants begin and end with their acts (acts.sql); the app's role may
-- read them and nothing else.

CREATE FUNCTION dossiers_has_power(dossier bigint, wanted integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT actor_kind() = 'job' OR actor_kind() = 'staff' AND EXISTS (
        SELECT 1 FROM dossiers_grant g
        WHERE g.dossier_id = dossier AND (g.institution_id = actor_institution() OR g.staff_id = actor_staff())
          AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= wanted)
$$;

-- Who may open this case: for everybody who may open it themselves.
CREATE FUNCTION dossiers_access_of(dossier bigint) RETURNS SETOF dossiers_grant
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.* FROM dossiers_grant g WHERE g.dossier_id = dossier AND dossiers_has_power(dossier, 1) ORDER BY g.id
$$;

-- Which categories of a case are open to the acting person, by all their grants together.
CREATE FUNCTION dossiers_categories_open(dossier bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(bit_or(g.categories), 0) FROM dossiers_grant g
    WHERE actor_kind() = 'staff' AND g.dossier_id = dossier
      AND (g.institution_id = actor_institution() OR g.staff_id = actor_staff())
      AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
$$;

-- Break-glass: a named staff member opens a case for three hours, with a reason. acts.sql defines what it opens.
CREATE FUNCTION dossiers_break_glass(case_number text, why text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found_dossier dossiers_dossier;
    emergency_id bigint;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR NOT actor_may('glass.break') OR length(trim(why)) < 10 THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO found_dossier FROM dossiers_dossier d WHERE d.number = case_number;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO dossiers_emergency (dossier_id, staff_id, at, until, reason)
        VALUES (found_dossier.id, actor_staff(), statement_timestamp(), statement_timestamp() + interval '3 hours', why)
        RETURNING id INTO emergency_id;
    PERFORM dossiers_follow('break_glass', emergency_id, true);
    RETURN found_dossier.id;
END $$;

GRANT EXECUTE ON FUNCTION dossiers_has_power, dossiers_access_of, dossiers_categories_open, dossiers_break_glass TO suone_app;
