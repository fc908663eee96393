-- Search by name below a policy cannot use an index (LIKE and range operators on text are not leakproof), and an index of
-- names alone, or of grants alone, holds ever more rows that do not count. So the two meet in one index, kept by
-- triggers: principal (an institution, or with a minus a staff member), then the name from one of its words on. Fifty rows
-- of a common name then lie side by side, however large the register is. What is found is checked against the grants in
-- force, and read under the policies afterwards.

-- The names by which one principal, or every one, finds a file.
CREATE FUNCTION dossiers_index_names(file bigint, who bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM dossiers_nameentry n WHERE n.dossier_id = file AND (who IS NULL OR n.principal = who);
    INSERT INTO dossiers_nameentry (principal, key, dossier_id)
        SELECT DISTINCT p.principal, t.key, file
        FROM (SELECT DISTINCT coalesce(g.institution_id, -g.staff_id) AS principal FROM dossiers_grant g
              WHERE g.dossier_id = file AND g.valid_until > statement_timestamp() AND (g.categories & 1) <> 0) p
            CROSS JOIN (SELECT name_turned(last_name, first_name) AS key FROM dossiers_particulars WHERE dossier_id = file
                        UNION
                        SELECT name_turned(o.name, p.first_name) FROM dossiers_othername o
                            JOIN dossiers_particulars p USING (dossier_id) WHERE o.dossier_id = file) t
        WHERE who IS NULL OR p.principal = who;
    INSERT INTO dossiers_namepart (principal, part, word)
        SELECT DISTINCT w.principal, substr(w.word, place), w.word
        FROM (SELECT DISTINCT n.principal, split_part(n.key, ' ', 1) AS word FROM dossiers_nameentry n
              WHERE n.dossier_id = file AND (who IS NULL OR n.principal = who)) w
            CROSS JOIN LATERAL generate_series(2, length(w.word) - 2) place
        ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION dossiers_grant_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM dossiers_index_names(OLD.dossier_id, coalesce(OLD.institution_id, -OLD.staff_id));
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM dossiers_index_names(NEW.dossier_id, coalesce(NEW.institution_id, -NEW.staff_id));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER names_by_grant AFTER INSERT OR DELETE OR UPDATE OF valid_until, categories ON dossiers_grant
    FOR EACH ROW EXECUTE FUNCTION dossiers_grant_changed();

CREATE FUNCTION dossiers_name_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM dossiers_index_names(coalesce(NEW.dossier_id, OLD.dossier_id), NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER names_by_particulars AFTER INSERT OR UPDATE OF last_name, first_name ON dossiers_particulars
    FOR EACH ROW EXECUTE FUNCTION dossiers_name_changed();
CREATE TRIGGER names_by_other_name AFTER INSERT OR UPDATE OR DELETE ON dossiers_othername
    FOR EACH ROW EXECUTE FUNCTION dossiers_name_changed();

-- The whole index anew, as the triggers would have kept it: after a load that passed over them, and for a job that clears
-- away what expired by itself.
CREATE FUNCTION dossiers_index_all_names() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() IS NOT NULL AND actor_kind() <> 'job' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM dossiers_nameentry;
    DELETE FROM dossiers_namepart;
    INSERT INTO dossiers_nameentry (principal, key, dossier_id)
        SELECT DISTINCT p.principal, t.key, p.dossier_id
        FROM (SELECT DISTINCT g.dossier_id, coalesce(g.institution_id, -g.staff_id) AS principal FROM dossiers_grant g
              WHERE g.valid_until > statement_timestamp() AND (g.categories & 1) <> 0) p
            JOIN (SELECT dossier_id, name_turned(last_name, first_name) AS key FROM dossiers_particulars
                  UNION
                  SELECT o.dossier_id, name_turned(o.name, p.first_name) FROM dossiers_othername o
                      JOIN dossiers_particulars p USING (dossier_id)) t USING (dossier_id)
        ORDER BY 1, 2, 3;
    INSERT INTO dossiers_namepart (principal, part, word)
        SELECT DISTINCT w.principal, substr(w.word, place), w.word
        FROM (SELECT DISTINCT n.principal, split_part(n.key, ' ', 1) AS word FROM dossiers_nameentry n) w
            CROSS JOIN LATERAL generate_series(2, length(w.word) - 2) place
        ORDER BY 1, 2, 3;
END $$;

CREATE FUNCTION dossiers_clear_names() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    cleared integer;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM dossiers_nameentry n WHERE NOT EXISTS (
        SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = n.dossier_id AND g.valid_until > statement_timestamp()
          AND (g.categories & 1) <> 0 AND n.principal = coalesce(g.institution_id, -g.staff_id));
    GET DIAGNOSTICS cleared = ROW_COUNT;
    DELETE FROM dossiers_namepart p WHERE NOT EXISTS (
        SELECT 1 FROM dossiers_nameentry n WHERE n.principal = p.principal AND n.key >= p.word AND n.key < p.word || '!');
    RETURN cleared;
END $$;

-- Whether a principal's grant over a file is in force and covers identity.
CREATE FUNCTION dossiers_lets_know(file bigint, who bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = file AND g.institution_id = who
                   AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
                   AND (g.categories & 1) <> 0)
        OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = file AND g.staff_id = -who
                   AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
                   AND (g.categories & 1) <> 0)
$$;

-- Files that one principal finds by a name which begins with ``typed`` and has a word that begins with each of the others.
CREATE FUNCTION dossiers_named(who bigint, typed text, others text[], y integer, m integer, d integer, at_most integer)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
BEGIN
    RETURN QUERY SELECT n.dossier_id FROM dossiers_nameentry n
        WHERE n.principal = who AND n.key >= typed AND n.key < typed || U&'\+10FFFF'
          AND (' ' || n.key) LIKE ALL (others) AND dossiers_lets_know(n.dossier_id, who)
          AND (y IS NULL OR EXISTS (
              SELECT 1 FROM dossiers_particulars p WHERE p.dossier_id = n.dossier_id AND p.birth_year = y
                AND p.birth_month IS NOT DISTINCT FROM coalesce(m, p.birth_month)
                AND p.birth_day IS NOT DISTINCT FROM coalesce(d, p.birth_day)))
        ORDER BY n.principal, n.key, n.dossier_id LIMIT at_most;
END $$;

-- Files that one principal finds by a word of the name which has ``typed`` further on.
CREATE FUNCTION dossiers_named_within(who bigint, typed text, at_most integer)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
BEGIN
    RETURN QUERY SELECT n.dossier_id FROM dossiers_namepart p
            JOIN dossiers_nameentry n ON n.principal = p.principal AND n.key >= p.word AND n.key < p.word || '!'
        WHERE p.principal = who AND p.part >= typed AND p.part < typed || U&'\+10FFFF'
          AND dossiers_lets_know(n.dossier_id, who) LIMIT at_most;
END $$;

-- Files of which the acting person may read the identity, by words of the name in any order, with the birth where it was
-- typed too. Names that begin with the words go before names that have them further on.
CREATE FUNCTION dossiers_search(words text, y integer, m integer, d integer, at_most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    typed text := name_key(words);
    spellings text[] := ARRAY[typed];
    tokens text[] := string_to_array(typed, ' ');
    hits bigint[] := '{}';
    who bigint;
    spelled text;
    parts text[];
    longest integer;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR typed = '' OR cardinality(tokens) > 8 THEN
        RETURN;
    END IF;
    -- Hans Jörg is Hansjörg too.
    FOR i IN 1 .. cardinality(tokens) - 1 LOOP
        spellings := spellings || array_to_string(
            tokens[:i - 1] || name_key(tokens[i] || tokens[i + 1]) || tokens[i + 2:], ' ');
    END LOOP;
    FOREACH who IN ARRAY ARRAY[actor_institution(), -actor_staff()] LOOP
        CONTINUE WHEN who IS NULL;
        FOR spelled IN SELECT DISTINCT unnest(spellings) LOOP
            parts := string_to_array(spelled, ' ');
            -- The longest word leads: it is the rarest as a rule.
            SELECT i INTO longest FROM generate_subscripts(parts, 1) i ORDER BY length(parts[i]) DESC, i LIMIT 1;
            hits := hits || ARRAY(SELECT dossiers_named(who, parts[longest], ARRAY(
                SELECT '% ' || parts[i] || '%' FROM generate_subscripts(parts, 1) i WHERE i <> longest
            ), y, m, d, at_most * 2));
        END LOOP;
    END LOOP;
    IF cardinality(ARRAY(SELECT DISTINCT unnest(hits))) < at_most AND cardinality(tokens) = 1 AND length(typed) > 2
            AND y IS NULL THEN
        FOREACH who IN ARRAY ARRAY[actor_institution(), -actor_staff()] LOOP
            CONTINUE WHEN who IS NULL;
            hits := hits || ARRAY(SELECT dossiers_named_within(who, typed, at_most));
        END LOOP;
    END IF;
    RETURN QUERY SELECT f.id FROM unnest(hits) WITH ORDINALITY f (id, place) GROUP BY f.id ORDER BY min(f.place) LIMIT at_most;
END $$;

CREATE INDEX dossier_by_number ON dossiers_dossier ((replace(number, '-', '')) COLLATE "C");
CREATE INDEX dossier_by_number_of_year ON dossiers_dossier ((substr(number, 6)) COLLATE "C");
CREATE INDEX dossier_by_bare_number ON dossiers_dossier ((ltrim(substr(number, 6), '0')) COLLATE "C");

-- Files by digits: part of the AHV number, of a telephone number or of the case number, each from one of its groups on.
-- The first two are for whoever may read the identity, the last for whoever may open the file at all.
CREATE FUNCTION dossiers_with_digits(typed text, at_most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    beyond text := typed || ':';
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR typed !~ '^[0-9]{3,14}$' THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT DISTINCT found.id FROM (
        SELECT n.dossier_id AS id FROM persons_number n WHERE n.digits >= typed AND n.digits < beyond
        UNION ALL SELECT n.dossier_id FROM persons_number n WHERE substr(n.digits, 4) >= typed AND substr(n.digits, 4) < beyond
        UNION ALL SELECT n.dossier_id FROM persons_number n WHERE substr(n.digits, 8) >= typed AND substr(n.digits, 8) < beyond
        UNION ALL SELECT c.dossier_id FROM dossiers_contactdetail c WHERE c.digits >= typed AND c.digits < beyond
        UNION ALL SELECT c.dossier_id FROM dossiers_contactdetail c WHERE substr(c.digits, 4) >= typed AND substr(c.digits, 4) < beyond
        UNION ALL SELECT c.dossier_id FROM dossiers_contactdetail c WHERE substr(c.digits, 7) >= typed AND substr(c.digits, 7) < beyond
    ) found WHERE dossiers_lets_know(found.id, actor_institution()) OR dossiers_lets_know(found.id, -actor_staff())
    UNION SELECT d.id FROM (
        SELECT c.id FROM dossiers_dossier c WHERE replace(c.number, '-', '') COLLATE "C" >= typed AND replace(c.number, '-', '') COLLATE "C" < beyond
        UNION ALL SELECT c.id FROM dossiers_dossier c WHERE substr(c.number, 6) COLLATE "C" >= typed AND substr(c.number, 6) COLLATE "C" < beyond
        UNION ALL SELECT c.id FROM dossiers_dossier c WHERE ltrim(substr(c.number, 6), '0') COLLATE "C" = typed
    ) d WHERE dossiers_has_power(d.id, 1)
    LIMIT at_most;
END $$;

-- Files of somebody born on a day, or in a month.
CREATE FUNCTION dossiers_born(y integer, m integer, d integer, at_most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR m IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT p.dossier_id FROM dossiers_particulars p
        WHERE p.birth_year = y AND p.birth_month = m AND (d IS NULL OR p.birth_day = d)
          AND (dossiers_lets_know(p.dossier_id, actor_institution()) OR dossiers_lets_know(p.dossier_id, -actor_staff()))
        LIMIT at_most;
END $$;

GRANT EXECUTE ON FUNCTION dossiers_search, dossiers_with_digits, dossiers_born, dossiers_clear_names TO suone_app;
