-- The canton's law for clearing doubts, stored by `suone migrate` from the settings; empty if there is none. The app's
-- role may neither call this nor replace it: it cannot claim that there is a law.
CREATE FUNCTION persons_doubts_law() RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$ SELECT ''::text $$;

-- Which keys are one person. Keys are joined in a tree: joining attaches one tree below the other, and parting detaches
-- that branch, so that nothing is moved and nothing can be lost. For the owner's functions; the app uses
-- persons_keys_of().
CREATE FUNCTION persons_root(key bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH RECURSIVE up (id) AS (
        SELECT key UNION SELECT j.kept_id FROM up JOIN persons_joining j ON j.joined_id = up.id AND j.parted_at IS NULL
    ) SELECT id FROM up
    WHERE NOT EXISTS (SELECT 1 FROM persons_joining j WHERE j.joined_id = up.id AND j.parted_at IS NULL)
$$;

CREATE FUNCTION persons_one_with(key bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH RECURSIVE down (id) AS (
        SELECT persons_root(key)
        UNION SELECT j.joined_id FROM down JOIN persons_joining j ON j.kept_id = down.id AND j.parted_at IS NULL
    ) SELECT id FROM down
$$;

-- All keys of one person, for those who clear doubts or supervise the log, and for jobs; others learn of no joining.
CREATE FUNCTION persons_keys_of(key bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT key UNION
    SELECT * FROM persons_one_with(key)
    WHERE actor_kind() = 'job' OR actor_may('person.merge') OR actor_may('audit.read')
$$;

-- Two keys are one person: only that is recorded, and only where a law allows clearing doubts.
CREATE FUNCTION persons_join(one bigint, other bigint, why text) RETURNS bigint
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
    LOCK TABLE persons_joining IN SHARE ROW EXCLUSIVE MODE;
    kept := persons_root(one);
    joined := persons_root(other);
    IF kept = joined OR (SELECT count(*) FROM persons_person WHERE id IN (one, other)) <> 2 THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO persons_joining (kept_id, joined_id, reason, joined_at, joined_by_id, parting_reason)
        VALUES (kept, joined, why, statement_timestamp(), actor_staff(), '') RETURNING id INTO new_id;
    RETURN new_id;
END $$;

CREATE FUNCTION persons_part(joining bigint, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' OR NOT actor_may('person.merge') OR btrim(why) = '' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE persons_joining SET parted_at = statement_timestamp(), parted_by_id = actor_staff(), parting_reason = why
        WHERE id = joining AND parted_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION persons_keys_of, persons_join, persons_part TO suone_app;
