-- A document is renewed by whoever may read it: renewing settles the work item about it and happens once. No owner's rights:
-- what the policies hide from the acting person is not found.
CREATE FUNCTION documents_renews_what_is_open() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM documents_document d WHERE d.id = NEW.replaces_id) THEN
        RAISE EXCEPTION 'no document is renewed that is closed to whoever renews it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_renews_what_is_open BEFORE INSERT ON documents_document FOR EACH ROW
    WHEN (current_user = 'suone_app' AND NEW.replaces_id IS NOT NULL) EXECUTE FUNCTION documents_renews_what_is_open();
