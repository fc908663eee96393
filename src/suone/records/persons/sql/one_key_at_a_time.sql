-- Opening a file and changing its number begin by making a key, whether the number is known or not, one transaction after
-- the other: waiting for the same number alone would reveal that somebody is just typing it, and so would an advisory lock,
-- whose key everybody can read.
CREATE FUNCTION persons_one_key_at_a_time() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    LOCK TABLE persons_joining IN SHARE ROW EXCLUSIVE MODE;
    RETURN NULL;
END $$;

CREATE TRIGGER one_key_at_a_time BEFORE INSERT ON persons_person
    FOR EACH STATEMENT EXECUTE FUNCTION persons_one_key_at_a_time();
