-- Search by name below a policy cannot use an index (LIKE and range operators on text are not leakproof), and an index of
-- names alone, or of grants alone, holds ever more rows that do not count. So both are in one index, maintained by
-- triggers: principal (an institution, or, negated, a staff member), then the name from each of its words on. Fifty rows
-- of a common name are then adjacent, however large the register is. The birth ends the row, as a last word that no name
-- can be: "muler kati =1975-03-12". What is found is checked against the grants in force, and then read under the
-- policies.

CREATE FUNCTION dossiers_birth_mark(y integer, m integer, d integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ' =' || concat_ws('-', y, lpad(m::text, 2, '0'), lpad(d::text, 2, '0'));

-- The names by which one principal, or every one, finds a file.
CREATE FUNCTION dossiers_index_names(file bigint, who bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM dossiers_nameentry n WHERE n.dossier_id = file AND (who IS NULL OR n.principal = who);
    INSERT INTO dossiers_nameentry (principal, key, dossier_id)
        SELECT DISTINCT p.principal, t.key, file
        FROM (SELECT DISTINCT coalesce(g.institution_id, -g.staff_id) AS principal FROM dossiers_grant g
              WHERE g.dossier_id = file AND g.valid_until > statement_timestamp() AND (g.categories & 1) <> 0) p
            CROSS JOIN (SELECT name_turned(last_name, first_name) || dossiers_birth_mark(birth_year, birth_month, birth_day) AS key
                        FROM dossiers_particulars WHERE dossier_id = file
                        UNION
                        SELECT name_turned(o.name, p.first_name) || dossiers_birth_mark(birth_year, birth_month, birth_day)
                        FROM dossiers_othername o JOIN dossiers_particulars p USING (dossier_id) WHERE o.dossier_id = file) t
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
CREATE TRIGGER names_by_particulars AFTER INSERT OR UPDATE OF last_name, first_name, birth_year, birth_month, birth_day
    ON dossiers_particulars
    FOR EACH ROW EXECUTE FUNCTION dossiers_name_changed();
CREATE TRIGGER names_by_other_name AFTER INSERT OR UPDATE OR DELETE ON dossiers_othername
    FOR EACH ROW EXECUTE FUNCTION dossiers_name_changed();

-- Rebuilds the whole index: after a load that bypassed the triggers, and for a job that removes what has expired.
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
            JOIN (SELECT dossier_id, name_turned(last_name, first_name) || dossiers_birth_mark(birth_year, birth_month, birth_day) AS key
                  FROM dossiers_particulars
                  UNION
                  SELECT o.dossier_id, name_turned(o.name, p.first_name) || dossiers_birth_mark(birth_year, birth_month, birth_day)
                  FROM dossiers_othername o JOIN dossiers_particulars p USING (dossier_id)) t USING (dossier_id)
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
    SELECT who > 0 AND EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = file AND g.institution_id = who
                   AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
                   AND (g.categories & 1) <> 0)
        OR who < 0 AND EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = file AND g.staff_id = -who
                   AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
                   AND (g.categories & 1) <> 0)
$$;

-- The grants in force over a file, of an institution or a staff member, that cover all of some categories. Written so
-- that PostgreSQL inlines it: one search asks it for thousands of files.
CREATE FUNCTION dossiers_open_to(file bigint, institution bigint, staff bigint, mask bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT g.id FROM dossiers_grant g WHERE g.dossier_id = file AND g.institution_id = institution
        AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND (g.categories & mask) = mask
    UNION ALL
    SELECT g.id FROM dossiers_grant g WHERE g.dossier_id = file AND g.staff_id = staff
        AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND (g.categories & mask) = mask;
END;

-- What was found before, and the files that one principal finds by a name which begins with ``typed`` and matches each of
-- the patterns: each file once, reading no more of the index than necessary.
CREATE FUNCTION dossiers_named(hits bigint[], who bigint, typed text, patterns text[], at_most integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    file bigint;
BEGIN
    FOR file IN SELECT n.dossier_id FROM dossiers_nameentry n
            WHERE n.principal = who AND n.key >= typed AND n.key < typed || U&'\+10FFFF'
              AND (' ' || n.key) LIKE ALL (patterns) AND dossiers_lets_know(n.dossier_id, who)
            ORDER BY n.principal, n.key, n.dossier_id LOOP
        IF file <> ALL (hits) THEN
            hits := hits || file;
            EXIT WHEN cardinality(hits) >= at_most;
        END IF;
    END LOOP;
    RETURN hits;
END $$;

-- The same by a word of the name which has ``typed`` further on. One word after the other: PostgreSQL would otherwise
-- join both tables along the whole index.
CREATE FUNCTION dossiers_named_within(hits bigint[], who bigint, typed text, mark text, at_most integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    found text;
BEGIN
    FOR found IN SELECT p.word FROM dossiers_namepart p
            WHERE p.principal = who AND p.part >= typed AND p.part < typed || U&'\+10FFFF' LOOP
        EXIT WHEN cardinality(hits) >= at_most;
        hits := dossiers_named(hits, who, found || ' ', ARRAY[mark], at_most);
    END LOOP;
    RETURN hits;
END $$;

-- Files whose identity the acting person may read, by words of the name in any order, and by the birth if it was typed
-- too. Names that begin with the words come before names that have them further on.
CREATE FUNCTION dossiers_search(words text, y integer, m integer, d integer, at_most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    typed text := name_key(words);
    spellings text[] := ARRAY[typed];
    tokens text[] := string_to_array(typed, ' ');
    mark text := CASE WHEN y IS NULL THEN '%' ELSE '%' || dossiers_birth_mark(y, m, d) || '%' END;
    hits bigint[] := '{}';
    who bigint;
    spelled text;
    parts text[];
    longest integer;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR typed = '' OR cardinality(tokens) > 8 THEN
        RETURN;
    END IF;
    -- Hans Jörg is also Hansjörg.
    FOR i IN 1 .. cardinality(tokens) - 1 LOOP
        spellings := spellings || array_to_string(
            tokens[:i - 1] || name_key(tokens[i] || tokens[i + 1]) || tokens[i + 2:], ' ');
    END LOOP;
    spellings := spellings || ARRAY(SELECT s FROM name_spelled(typed) s WHERE s <> typed);
    FOREACH who IN ARRAY ARRAY[actor_institution(), -actor_staff()] LOOP
        CONTINUE WHEN who IS NULL;
        FOR spelled IN
            SELECT b.begun FROM unnest(spellings) WITH ORDINALITY s (spelling, place)
                CROSS JOIN LATERAL name_begun(s.spelling) WITH ORDINALITY b (begun, place)
            GROUP BY b.begun ORDER BY min(b.place), min(s.place)
        LOOP
            EXIT WHEN cardinality(hits) >= at_most;
            parts := string_to_array(spelled, ' ');
            -- The longest word comes first: it is the rarest as a rule.
            SELECT i INTO longest FROM generate_subscripts(parts, 1) i ORDER BY length(parts[i]) DESC, i LIMIT 1;
            hits := dossiers_named(hits, who, parts[longest], ARRAY(
                SELECT '% ' || parts[i] || '%' FROM generate_subscripts(parts, 1) i WHERE i <> longest
            ) || mark, at_most);
        END LOOP;
    END LOOP;
    IF cardinality(hits) < at_most AND cardinality(tokens) = 1 AND length(typed) > 2 THEN
        FOREACH who IN ARRAY ARRAY[actor_institution(), -actor_staff()] LOOP
            CONTINUE WHEN who IS NULL OR cardinality(hits) >= at_most;
            hits := dossiers_named_within(hits, who, typed, mark, at_most);
        END LOOP;
    END IF;
    RETURN QUERY SELECT unnest(hits);
END $$;

CREATE INDEX dossier_by_number ON dossiers_dossier ((replace(number, '-', '')) COLLATE "C");
CREATE INDEX dossier_by_number_of_year ON dossiers_dossier ((substr(number, 6)) COLLATE "C");
CREATE INDEX dossier_by_bare_number ON dossiers_dossier ((ltrim(substr(number, 6), '0')) COLLATE "C");

-- All files with a number that begins with these digits, at the start of one of its groups: case number, AHV number,
-- telephone number.
CREATE FUNCTION dossiers_beginning(typed text, beyond text) RETURNS TABLE (id bigint, mask bigint) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT d.id, 0::bigint FROM dossiers_dossier d WHERE ltrim(substr(d.number, 6), '0') COLLATE "C" = typed
    UNION ALL SELECT d.id, 0 FROM dossiers_dossier d
        WHERE substr(d.number, 6) COLLATE "C" >= typed AND substr(d.number, 6) COLLATE "C" < beyond
    UNION ALL SELECT d.id, 0 FROM dossiers_dossier d
        WHERE replace(d.number, '-', '') COLLATE "C" >= typed AND replace(d.number, '-', '') COLLATE "C" < beyond
    UNION ALL SELECT n.dossier_id, 1 FROM persons_number n WHERE n.digits >= typed AND n.digits < beyond
    UNION ALL SELECT c.dossier_id, 1 FROM dossiers_contactdetail c WHERE c.digits >= typed AND c.digits < beyond
    UNION ALL SELECT n.dossier_id, 1 FROM persons_number n
        WHERE substring(n.digits, 4) >= typed AND substring(n.digits, 4) < beyond
    UNION ALL SELECT n.dossier_id, 1 FROM persons_number n
        WHERE substring(n.digits, 8) >= typed AND substring(n.digits, 8) < beyond
    UNION ALL SELECT c.dossier_id, 1 FROM dossiers_contactdetail c
        WHERE substring(c.digits, 4) >= typed AND substring(c.digits, 4) < beyond
    UNION ALL SELECT c.dossier_id, 1 FROM dossiers_contactdetail c
        WHERE substring(c.digits, 7) >= typed AND substring(c.digits, 7) < beyond;
END;

-- Files by digits. Case numbers are for whoever may open the file at all, the others for whoever may read the identity.
--
-- Matches in the whole canton are checked for their grants. If there are many (756, or this year's cases), this stops
-- early, and the actor's own files are searched instead: among so many, enough match soon.
CREATE FUNCTION dossiers_by_digits(typed text, at_most integer, reach integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
DECLARE
    beyond text := typed || ':';
    institution bigint := actor_institution();
    staff bigint := actor_staff();
    hits bigint[] := '{}';
    file bigint;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR typed !~ '^[0-9]{3,14}$' THEN
        RETURN hits;
    END IF;
    FOR file IN SELECT f.id FROM (SELECT * FROM dossiers_beginning(typed, beyond) LIMIT reach) f
            CROSS JOIN LATERAL (SELECT FROM dossiers_open_to(f.id, institution, staff, f.mask) LIMIT 1) is_open LOOP
        IF file <> ALL (hits) THEN
            hits := hits || file;
            EXIT WHEN cardinality(hits) >= at_most;
        END IF;
    END LOOP;
    IF cardinality(hits) >= at_most
            OR (SELECT count(*) FROM (SELECT FROM dossiers_beginning(typed, beyond) LIMIT reach) f) < reach THEN
        RETURN hits;
    END IF;
    FOR file IN SELECT g.dossier_id FROM (
                SELECT i.* FROM dossiers_grant i WHERE i.institution_id = institution
                UNION ALL SELECT s.* FROM dossiers_grant s WHERE s.staff_id = staff
            ) g CROSS JOIN LATERAL (
                SELECT FROM persons_number n WHERE (g.categories & 1) <> 0 AND n.dossier_id = g.dossier_id
                    AND typed IN (left(n.digits, length(typed)), substr(n.digits, 4, length(typed)), substr(n.digits, 8, length(typed)))
                UNION ALL SELECT FROM dossiers_contactdetail c WHERE (g.categories & 1) <> 0 AND c.dossier_id = g.dossier_id
                    AND typed IN (left(c.digits, length(typed)), substr(c.digits, 4, length(typed)), substr(c.digits, 7, length(typed)))
                UNION ALL SELECT FROM dossiers_dossier d WHERE d.id = g.dossier_id
                    AND (replace(d.number, '-', '') LIKE typed || '%' OR substr(d.number, 6) LIKE typed || '%')
                LIMIT 1
            ) fits WHERE g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() LOOP
        IF file <> ALL (hits) THEN
            hits := hits || file;
            EXIT WHEN cardinality(hits) >= at_most;
        END IF;
    END LOOP;
    RETURN hits;
END $$;

CREATE FUNCTION dossiers_with_digits(typed text, at_most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT unnest(dossiers_by_digits(typed, at_most, 10000))
$$;

-- Files of somebody born on a day, in a month or in a year.
--
-- Matches in the whole canton are checked for their grants. If there are many, as for a year, this stops early, and the
-- actor's own files are searched instead: among so many, enough match soon.
CREATE FUNCTION dossiers_by_birth(y integer, m integer, d integer, at_most integer, reach integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    institution bigint := actor_institution();
    staff bigint := actor_staff();
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' THEN
        RETURN;
    END IF;
    IF m IS NOT NULL OR (SELECT count(*) FROM (SELECT FROM dossiers_particulars p WHERE p.birth_year = y LIMIT reach) f) < reach THEN
        RETURN QUERY SELECT p.dossier_id FROM dossiers_particulars p
                CROSS JOIN LATERAL (SELECT FROM dossiers_open_to(p.dossier_id, institution, staff, 1) LIMIT 1) is_open
            WHERE p.birth_year = y AND (m IS NULL OR p.birth_month = m) AND (d IS NULL OR p.birth_day = d) LIMIT at_most;
        RETURN;
    END IF;
    RETURN QUERY SELECT p.dossier_id FROM (
            SELECT i.dossier_id, i.categories, i.valid_from, i.valid_until FROM dossiers_grant i WHERE i.institution_id = institution
            UNION ALL
            SELECT s.dossier_id, s.categories, s.valid_from, s.valid_until FROM dossiers_grant s WHERE s.staff_id = staff
        ) g JOIN dossiers_particulars p ON p.dossier_id = g.dossier_id AND p.birth_year = y
        WHERE (g.categories & 1) <> 0 AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
        LIMIT at_most;
END $$;

CREATE FUNCTION dossiers_born(y integer, m integer, d integer, at_most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT dossiers_by_birth(y, m, d, at_most, 2000)
$$;

GRANT EXECUTE ON FUNCTION dossiers_search, dossiers_with_digits, dossiers_born, dossiers_clear_names TO suone_app;
