-- Clearing doubts has a legal basis of its own. Of two files in doubt the office sees institution, name and birth alone.

-- A file of somebody without a number that looks like another's (the same letters of the name, the same day of birth), and
-- files under one number with other names or another day. For a job, which runs where the canton has set a law.
CREATE FUNCTION dossiers_find_doubts() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    added integer;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' OR persons_doubts_law() = '' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO dossiers_doubt (one_id, other_id, because, found_at, outcome, reason, law)
        SELECT one.dossier_id, other.dossier_id, 'likeness', statement_timestamp(), '', '', ''
        FROM dossiers_particulars one
            JOIN dossiers_particulars other USING (letters, birth_year, birth_month, birth_day)
            JOIN dossiers_dossier d1 ON d1.id = one.dossier_id JOIN dossiers_dossier d2 ON d2.id = other.dossier_id
            JOIN persons_number n1 ON n1.dossier_id = d1.id AND n1.until IS NULL
            JOIN persons_number n2 ON n2.dossier_id = d2.id AND n2.until IS NULL
        WHERE one.dossier_id < other.dossier_id AND d1.person_id <> d2.person_id
          AND (n1.digits IS NULL OR n2.digits IS NULL OR EXISTS (
              SELECT 1 FROM persons_number f WHERE f.until IS NOT NULL
                AND (f.dossier_id = d1.id AND f.digits = n2.digits OR f.dossier_id = d2.id AND f.digits = n1.digits)))
          AND persons_root(d1.person_id) <> persons_root(d2.person_id)
        UNION
        SELECT d1.id, d2.id, 'number', statement_timestamp(), '', '', ''
        FROM dossiers_dossier d1 JOIN dossiers_dossier d2 ON d2.person_id = d1.person_id AND d2.id > d1.id
            JOIN dossiers_particulars one ON one.dossier_id = d1.id
            JOIN dossiers_particulars other ON other.dossier_id = d2.id
        WHERE one.letters <> other.letters
           OR (one.birth_year, one.birth_month, one.birth_day) <> (other.birth_year, other.birth_month, other.birth_day)
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN added;
END $$;

CREATE FUNCTION dossiers_doubt_keys(doubt bigint) RETURNS TABLE (dossier_id bigint, person_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, d.person_id FROM dossiers_doubt x JOIN dossiers_dossier d ON d.id IN (x.one_id, x.other_id)
    WHERE x.id = doubt AND persons_doubts_law() <> '' AND actor_kind() = 'staff' AND actor_may('person.merge')
$$;

CREATE FUNCTION dossiers_doubt_shown(doubt bigint) RETURNS TABLE (
    dossier_id bigint, person_id bigint, institution_id bigint, last_name text, first_name text,
    birth_year integer, birth_month integer, birth_day integer
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, d.person_id,
           (SELECT g.institution_id FROM dossiers_grant g WHERE g.dossier_id = d.id AND g.because = 'notification'
            ORDER BY g.id LIMIT 1),
           p.last_name, p.first_name, p.birth_year, p.birth_month, p.birth_day
    FROM dossiers_doubt x JOIN dossiers_dossier d ON d.id IN (x.one_id, x.other_id)
        JOIN dossiers_particulars p ON p.dossier_id = d.id
    WHERE x.id = doubt AND x.cleared_at IS NULL AND persons_doubts_law() <> ''
      AND actor_kind() = 'staff' AND actor_may('person.merge')
    ORDER BY d.id
$$;

CREATE FUNCTION dossiers_clear_doubt(doubt bigint, verdict text, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR NOT actor_may('person.merge') OR persons_doubts_law() = '' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE dossiers_doubt SET cleared_at = statement_timestamp(), cleared_by_id = actor_staff(), outcome = verdict,
                              reason = why, law = persons_doubts_law()
        WHERE id = doubt AND cleared_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- Two persons under one number: the later file gets a key of its own. What its institution entered stays as it is, and
-- the number leads to the other key alone.
CREATE FUNCTION dossiers_part_file(doubt bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    later bigint;
    fresh bigint;
BEGIN
    SELECT x.other_id INTO later FROM dossiers_doubt x
        JOIN dossiers_dossier d1 ON d1.id = x.one_id JOIN dossiers_dossier d2 ON d2.id = x.other_id
        WHERE x.id = doubt AND x.cleared_at IS NULL AND d1.person_id = d2.person_id;
    IF later IS NULL OR persons_doubts_law() = '' OR actor_kind() IS DISTINCT FROM 'staff'
       OR NOT actor_may('person.merge') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO persons_person DEFAULT VALUES RETURNING id INTO fresh;
    UPDATE persons_number SET person_id = fresh, is_contested = true WHERE dossier_id = later AND until IS NULL;
    UPDATE dossiers_dossier SET person_id = fresh WHERE id = later;
END $$;

GRANT EXECUTE ON FUNCTION dossiers_find_doubts, dossiers_doubt_keys, dossiers_doubt_shown, dossiers_clear_doubt,
    dossiers_part_file TO suone_app;
