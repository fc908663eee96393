-- A correction is only offered among files that already know of each other: whoever offers it contributes to both and can
-- read the identity in both. So no file learns from an offer that another institution follows the person.

-- Whether the acting person contributes to a case file and can read the identity in it.
CREATE FUNCTION corrections_contributes(file bigint, at_least integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT actor_kind() = 'staff' AND EXISTS (
        SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = file AND g.power >= at_least AND (g.categories & 1) <> 0
          AND (g.institution_id = actor_institution() OR g.staff_id = actor_staff())
          AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp())
$$;

-- The other files of the same person that the acting person contributes to, for whoever contributes to this one.
CREATE FUNCTION corrections_targets(file bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id FROM dossiers_dossier f JOIN dossiers_dossier d ON d.id <> f.id
    WHERE f.id = file AND actor_may('person.edit') AND corrections_contributes(f.id, 2)
      AND d.person_id IN (SELECT persons_one_with(f.person_id)) AND corrections_contributes(d.id, 2)
    ORDER BY d.id
$$;

-- Offers the values stored in the file: callers pass field names, never values.
CREATE FUNCTION corrections_offer(file bigint, target bigint, fields text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known jsonb;
    new_id bigint;
BEGIN
    IF target NOT IN (SELECT corrections_targets(file)) OR actor_institution() IS NULL THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT jsonb_object_agg(e.key, e.value) INTO known
    FROM dossiers_particulars p JOIN persons_number n ON n.dossier_id = p.dossier_id AND n.until IS NULL,
        jsonb_each(jsonb_build_object(
            'last_name', p.last_name, 'first_name', p.first_name, 'sex', p.sex, 'died_on', p.died_on,
            'birth_year', p.birth_year, 'birth_month', p.birth_month, 'birth_day', p.birth_day, 'ahv_number', n.digits)) e
    WHERE p.dossier_id = file
      AND (e.key = ANY (fields) OR e.key IN ('birth_year', 'birth_month', 'birth_day') AND 'birth' = ANY (fields));
    IF known IS NULL THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO corrections_correction (dossier_id, offered, institution_id, offered_by_id, offered_at, state, reason)
        VALUES (target, known, actor_institution(), actor_staff(), statement_timestamp(), 'pending', '')
        RETURNING id INTO new_id;
    RETURN new_id;
END $$;

CREATE FUNCTION corrections_answer(correction bigint, answer text, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE corrections_correction c SET state = answer, reason = why, answered_by_id = actor_staff(),
                                        answered_at = statement_timestamp()
        WHERE c.id = correction AND c.state = 'pending' AND answer IN ('accepted', 'declined')
          AND actor_may('person.edit') AND corrections_contributes(c.dossier_id, 3);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION corrections_targets, corrections_offer, corrections_answer TO suone_app;
