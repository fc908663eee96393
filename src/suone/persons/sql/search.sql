-- Search by name below a policy cannot use an index (LIKE and trigram operators are not leakproof), so search and
-- grant check are one function. Three things keep it short, whatever the register holds:
-- * each search is planned for the words typed and for whoever acts: a rare name is found first and then checked, a
--   common one is looked for among the actor's own persons or along the names until enough are found. The plan that
--   PostgreSQL keeps after five calls knows neither and reads every grant of the institution instead;
-- * names that begin with the words come first, along an index in the order of names, and the rest only where room
--   is left: otherwise all bearers of a common name would be read to keep fifty;
-- * institution and staff member are two questions, since OR would keep both from being asked from the grants' side.
-- random_page_cost: persons and grants lie in memory or on an SSD; at the usual 4 a few grants look dearer than all
-- bearers of a name.

-- Persons whose name is like the pattern, and not like the other one where there is one, by name.
CREATE OR REPLACE FUNCTION persons_named(pattern text, but_not text, at_most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET random_page_cost = 1.1 AS $$
BEGIN
    RETURN QUERY SELECT found.id FROM (
        (SELECT p.id, p.sort_name FROM persons_person p
         WHERE p.sort_name LIKE pattern AND (but_not IS NULL OR p.sort_name NOT LIKE but_not)
           AND p.merged_into_id IS NULL
           AND p.id IN (SELECT g.person_id FROM dossiers_grant g WHERE g.institution_id = actor_institution()
                        AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
                        AND (g.categories & 1) <> 0)
         ORDER BY p.sort_name, p.id LIMIT at_most)
        UNION
        (SELECT p.id, p.sort_name FROM persons_person p
         WHERE p.sort_name LIKE pattern AND (but_not IS NULL OR p.sort_name NOT LIKE but_not)
           AND p.merged_into_id IS NULL
           AND p.id IN (SELECT g.person_id FROM dossiers_grant g WHERE g.staff_id = actor_staff()
                        AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
                        AND (g.categories & 1) <> 0)
         ORDER BY p.sort_name, p.id LIMIT at_most)
    ) found ORDER BY found.sort_name, found.id LIMIT at_most;
END $$;

CREATE OR REPLACE FUNCTION persons_search(words text, at_most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    typed text := replace(replace(replace(lower(plain_letters(words)), '\', '\\'), '%', '\%'), '_', '\_');
    found bigint[] := ARRAY(SELECT persons_named(typed || '%', NULL, at_most));
BEGIN
    IF cardinality(found) < at_most THEN
        found := found || ARRAY(SELECT persons_named('%' || typed || '%', typed || '%', at_most - cardinality(found)));
    END IF;
    RETURN QUERY SELECT unnest(found);
END $$;

-- What was found, as the caller: the policies judge once more. Planning them costs more than the reading, and here
-- the session keeps the plan.
CREATE OR REPLACE FUNCTION persons_found(words text, at_most integer) RETURNS SETOF persons_person
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT p.* FROM persons_person p
        WHERE p.id = ANY (ARRAY(SELECT persons_search(words, at_most))) ORDER BY p.sort_name, p.id;
END $$;

CREATE OR REPLACE FUNCTION persons_with_number(number text) RETURNS SETOF persons_person
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT p.* FROM persons_person p WHERE p.ahv_number = number;
END $$;

GRANT EXECUTE ON FUNCTION persons_found, persons_with_number TO suone_app;
