-- Find or create a person without revealing one. Somebody else may already know this number: the same record serves
-- only if name and date of birth agree with what was typed; otherwise a second record without the number is made and
-- the doubt goes to the office, so that typing numbers teaches nobody anything.
CREATE FUNCTION persons_find_or_create(
    ahv text, missing_reason text, last text, first text, born date, correspondence text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known persons_person;
    new_id bigint;
BEGIN
    IF NOT actor_may('case.notify') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF ahv IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('person'), hashtext(ahv));
        SELECT * INTO known FROM persons_person p WHERE p.ahv_number = ahv;
        IF FOUND AND lower(plain_letters(known.last_name)) = lower(plain_letters(last))
                 AND (born IS NULL OR known.date_of_birth IS NULL OR known.date_of_birth = born)
                 AND (born IS NOT NULL OR lower(plain_letters(known.first_name)) = lower(plain_letters(first))) THEN
            RETURN coalesce(known.merged_into_id, known.id);
        END IF;
    END IF;
    INSERT INTO persons_person (ahv_number, ahv_missing_reason, last_name, first_name, date_of_birth, sex, language,
                                interpreter_language, commune, address, phone, email, permit, status, version)
    VALUES (CASE WHEN known.id IS NULL THEN ahv END,
            CASE WHEN known.id IS NULL THEN missing_reason ELSE 'in clarification' END,
            last, first, born, '', correspondence, '', '', '', '', '', '', '', 1)
    RETURNING id INTO new_id;
    IF known.id IS NOT NULL THEN
        INSERT INTO persons_doubt (known_id, typed_id, institution_id, staff_id, at)
        VALUES (known.id, new_id, actor_institution(), actor_staff(), statement_timestamp());
    END IF;
    RETURN new_id;
END $$;

-- Search by name below a policy cannot use an index (LIKE and trigram operators are not leakproof), so search and
-- grant check are one function: seconds become milliseconds.
CREATE FUNCTION persons_search(words text, at_most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id FROM persons_person p
    WHERE p.sort_name LIKE '%' || replace(replace(replace(lower(plain_letters(words)), '\', '\\'), '%', '\%'), '_', '\_') || '%'
      AND p.merged_into_id IS NULL
      AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.person_id = p.id AND g.institution_id = actor_institution()
                   AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
                   AND (g.categories & 1) <> 0)
        OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.person_id = p.id AND g.staff_id = actor_staff()
                   AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
                   AND (g.categories & 1) <> 0))
    ORDER BY p.sort_name, p.id LIMIT at_most
$$;
