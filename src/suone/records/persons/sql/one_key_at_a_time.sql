-- Opening a file and changing its number make a key first, whether the number is known or not. They do so one after the
-- other: whoever waited for the number alone would learn that somebody was just typing the same one.
CREATE FUNCTION persons_one_key_at_a_time() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('persons_person'));
    RETURN NULL;
END $$;

CREATE TRIGGER one_key_at_a_time BEFORE INSERT ON persons_person
    FOR EACH STATEMENT EXECUTE FUNCTION persons_one_key_at_a_time();
