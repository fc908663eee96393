-- Opening a case file about a person, and changing its AHV number. Nothing here reveals whether somebody else knows the
-- number: the same rows are written either way, keys are random, and no row of another file is read or changed.

-- The key to which a number leads while it is in force.
CREATE FUNCTION persons_key_of(ahv text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT n.person_id FROM persons_number n WHERE n.digits = ahv AND n.until IS NULL AND NOT n.is_contested LIMIT 1
$$;

-- A new case file: its key, found by the number or made now, the particulars as typed, and the first grant: the notifying
-- institution leads it, health excluded.
CREATE FUNCTION dossiers_open(
    ahv text, missing_reason text, last text, first text, y integer, m integer, d integer, correspondence text,
    recorded_sex text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    this_year text := to_char(statement_timestamp() AT TIME ZONE 'Europe/Zurich', 'YYYY');
    next_number integer;
    spare bigint;
    key bigint;
    new_id bigint;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR NOT actor_may('case.notify') OR actor_institution() IS NULL THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Made even if one is found, so that both take the same time. From here on, one after the other.
    INSERT INTO persons_person DEFAULT VALUES RETURNING id INTO spare;
    key := coalesce(persons_key_of(ahv), spare);
    INSERT INTO dossiers_numbering (year, last) VALUES (this_year::integer, 1)
        ON CONFLICT (year) DO UPDATE SET last = dossiers_numbering.last + 1 RETURNING dossiers_numbering.last INTO next_number;
    INSERT INTO dossiers_dossier (number, person_id, opened_at, version)
        VALUES (this_year || '-' || lpad(next_number::text, 4, '0'), key, statement_timestamp(), 1)
        RETURNING id INTO new_id;
    INSERT INTO persons_number (person_id, dossier_id, digits, recorded, reason, institution_id, recorded_by_id, recorded_at)
        VALUES (key, new_id, ahv, 'given', CASE WHEN ahv IS NULL THEN missing_reason ELSE '' END,
                actor_institution(), actor_staff(), statement_timestamp());
    DELETE FROM persons_person WHERE id = CASE WHEN key <> spare THEN spare END;
    INSERT INTO dossiers_particulars (dossier_id, last_name, first_name, birth_year, birth_month, birth_day, sex, language,
                                      interpreter_language, commune, has_no_fixed_address, version)
        VALUES (new_id, last, first, y, m, d, recorded_sex, correspondence, '', '', false, 1);
    INSERT INTO dossiers_residence (dossier_id, permit, status, version) VALUES (new_id, '', '', 1);
    PERFORM dossiers_follow('notification', new_id, true);
    RETURN new_id;
END $$;

-- Adds or corrects the AHV number of a case file: the former one ends and still leads to the file. The file then has the
-- key of its number, which is another one than before in any case: that the key changes says nothing about the number. Other
-- files under the former key stay there.
CREATE FUNCTION dossiers_change_number(file bigint, ahv text, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    former persons_number;
    spare bigint;
    key bigint;
    is_shared boolean;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR NOT actor_may('person.edit') OR NOT EXISTS (
        SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = file AND g.power >= 2 AND (g.categories & 1) <> 0
          AND (g.institution_id = actor_institution() OR g.staff_id = actor_staff())
          AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
    ) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM dossiers_dossier x WHERE x.id = file FOR UPDATE;
    SELECT * INTO former FROM persons_number n WHERE n.dossier_id = file AND n.until IS NULL;
    IF former.digits = ahv THEN
        RETURN;
    END IF;
    INSERT INTO persons_person DEFAULT VALUES RETURNING id INTO spare;
    UPDATE persons_number SET until = statement_timestamp() WHERE id = former.id;
    is_shared := EXISTS (SELECT 1 FROM dossiers_dossier x WHERE x.person_id = former.person_id AND x.id <> file);
    key := coalesce(persons_key_of(ahv), spare);
    INSERT INTO persons_number (person_id, dossier_id, digits, recorded, reason, institution_id, recorded_by_id, recorded_at)
        VALUES (key, file, ahv, CASE WHEN former.digits IS NULL THEN 'added' ELSE 'corrected' END, why,
                actor_institution(), actor_staff(), statement_timestamp());
    DELETE FROM persons_person WHERE id = CASE WHEN key <> spare THEN spare END;
    UPDATE dossiers_dossier SET person_id = key WHERE id = file;
    -- No other file has the former key: it is this person's, and what refers to it is found from the new one.
    IF NOT is_shared AND persons_root(former.person_id) <> persons_root(key) THEN
        INSERT INTO persons_joining (kept_id, joined_id, reason, joined_at, joined_by_id, parting_reason)
            VALUES (persons_root(key), persons_root(former.person_id), '', statement_timestamp(), actor_staff(), '');
    END IF;
END $$;

-- The package of a request passes on the number and the particulars to the institution asked, while the request waits for
-- an answer or once it was accepted.
GRANT EXECUTE ON FUNCTION dossiers_open, dossiers_change_number TO suone_app;
