-- The canton's law for clearing doubts, as `suone migrate` finds it in the settings; empty where there is none. The app's
-- role may neither call this nor make another one: whether there is a law is not its word.
CREATE OR REPLACE FUNCTION persons_doubts_law() RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$ SELECT ''::text $$;

-- Two keys are one person: only that is noted, and only where a law lets it be found out.
CREATE OR REPLACE FUNCTION persons_join(one bigint, other bigint, why text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept bigint;
    joined bigint;
    new_id bigint;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR NOT actor_may('person.merge') OR btrim(why) = ''
       OR persons_doubts_law() = '' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('persons_joining'));
    kept := persons_root(one);
    joined := persons_root(other);
    IF kept = joined OR (SELECT count(*) FROM persons_person WHERE id IN (one, other)) <> 2 THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO persons_joining (kept_id, joined_id, reason, joined_at, joined_by_id, parting_reason)
        VALUES (kept, joined, why, statement_timestamp(), actor_staff(), '') RETURNING id INTO new_id;
    RETURN new_id;
END $$;

GRANT EXECUTE ON FUNCTION persons_join TO suone_app;
