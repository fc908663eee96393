-- Opening a file and changing its number begin by making a key, whether the number is known or not, one transaction after
-- the other: waiting for the same number alone would reveal that somebody is just typing it.
CREATE FUNCTION persons_one_key_at_a_time() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('persons_person'));
    RETURN NULL;
END $$;

CREATE TRIGGER one_key_at_a_time BEFORE INSERT ON persons_person
    FOR EACH STATEMENT EXECUTE FUNCTION persons_one_key_at_a_time();
