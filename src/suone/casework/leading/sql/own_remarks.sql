-- A remark is that of whoever recorded the fact: pages show it as theirs, and it takes the place of any other.
CREATE FUNCTION leading_remark_of_its_author() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM leading_knownfact f WHERE f.id = NEW.fact_id AND f.staff_id = actor_staff()) THEN
        RAISE EXCEPTION 'its author alone adds a remark to a fact' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER leading_remark_of_its_author BEFORE INSERT ON leading_factremark FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION leading_remark_of_its_author();
