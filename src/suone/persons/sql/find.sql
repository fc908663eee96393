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

-- A number added later: taken if nobody has it, else a doubt for the office; the caller learns neither.
CREATE FUNCTION persons_add_number(person bigint, ahv text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    other bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.person_id = person AND g.power >= 2
                   AND (g.institution_id = actor_institution() OR g.staff_id = actor_staff())
                   AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('person'), hashtext(ahv));
    SELECT p.id INTO other FROM persons_person p WHERE p.ahv_number = ahv AND p.id <> person;
    IF other IS NULL THEN
        UPDATE persons_person SET ahv_number = ahv, ahv_missing_reason = '', version = version + 1 WHERE id = person;
    ELSE
        UPDATE persons_person SET ahv_missing_reason = 'in clarification' WHERE id = person;
        INSERT INTO persons_doubt (known_id, typed_id, institution_id, staff_id, at)
        VALUES (other, person, actor_institution(), actor_staff(), statement_timestamp())
        ON CONFLICT DO NOTHING;
    END IF;
END $$;

-- Merging moves cases and grants from one record to the other and remembers which, so that it can be undone.
CREATE FUNCTION persons_merge(kept bigint, dropped bigint, why text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moved bigint[];
    number text;
    gives boolean;
    merge_id bigint;
BEGIN
    IF NOT actor_may('person.merge') OR kept = dropped THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM persons_person WHERE id IN (kept, dropped) AND merged_into_id IS NULL ORDER BY id FOR UPDATE;
    IF (SELECT count(*) FROM persons_person WHERE id IN (kept, dropped) AND merged_into_id IS NULL) <> 2 THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO moved FROM dossiers_dossier WHERE person_id = dropped;
    SELECT ahv_number INTO number FROM persons_person WHERE id = dropped;
    gives := number IS NOT NULL AND (SELECT ahv_number IS NULL FROM persons_person WHERE id = kept);
    IF gives THEN
        UPDATE persons_person SET ahv_number = NULL, ahv_missing_reason = 'merged' WHERE id = dropped;
        UPDATE persons_person SET ahv_number = number, ahv_missing_reason = '' WHERE id = kept;
    END IF;
    UPDATE dossiers_dossier SET person_id = kept WHERE person_id = dropped;
    UPDATE dossiers_grant SET person_id = kept WHERE dossier_id = ANY (moved);
    UPDATE persons_person SET merged_into_id = kept, version = version + 1 WHERE id = dropped;
    UPDATE persons_doubt SET cleared_at = statement_timestamp(), cleared_by_id = actor_staff()
        WHERE cleared_at IS NULL AND known_id IN (kept, dropped) AND typed_id IN (kept, dropped);
    INSERT INTO persons_merge (kept_id, dropped_id, moved_dossiers, given_ahv_number, reason, merged_at, merged_by_id)
        VALUES (kept, dropped, moved, gives, why, statement_timestamp(), actor_staff()) RETURNING id INTO merge_id;
    RETURN merge_id;
END $$;

CREATE FUNCTION persons_undo_merge(merge bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done persons_merge;
    number text;
BEGIN
    SELECT * INTO done FROM persons_merge m WHERE m.id = merge AND m.undone_at IS NULL FOR UPDATE;
    IF NOT FOUND OR NOT actor_may('person.merge') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE dossiers_dossier SET person_id = done.dropped_id WHERE id = ANY (done.moved_dossiers);
    UPDATE dossiers_grant SET person_id = done.dropped_id WHERE dossier_id = ANY (done.moved_dossiers);
    IF done.given_ahv_number THEN
        SELECT ahv_number INTO number FROM persons_person WHERE id = done.kept_id;
        UPDATE persons_person SET ahv_number = NULL, ahv_missing_reason = 'in clarification' WHERE id = done.kept_id;
        UPDATE persons_person SET ahv_number = number, ahv_missing_reason = '' WHERE id = done.dropped_id;
    END IF;
    UPDATE persons_person SET merged_into_id = NULL, version = version + 1 WHERE id = done.dropped_id;
    UPDATE persons_merge SET undone_at = statement_timestamp(), undone_by_id = actor_staff() WHERE id = merge;
END $$;

GRANT EXECUTE ON FUNCTION persons_find_or_create, persons_search, persons_add_number, persons_merge,
    persons_undo_merge TO suone_app;
