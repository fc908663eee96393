-- As in search.sql, but for the last question: at most as many again are asked for, not only those that are lacking. To
-- find three of many, PostgreSQL would walk along all names of the register, hoping to meet them soon.
CREATE OR REPLACE FUNCTION persons_search(words text, at_most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    typed text := replace(replace(replace(lower(plain_letters(words)), '\', '\\'), '%', '\%'), '_', '\_');
    found bigint[] := ARRAY(SELECT persons_named(typed || '%', NULL, at_most));
BEGIN
    IF cardinality(found) < at_most THEN
        found := found || ARRAY(SELECT persons_named('%' || typed || '%', typed || '%', at_most)
                                LIMIT at_most - cardinality(found));
    END IF;
    RETURN QUERY SELECT unnest(found);
END $$;
