-- Only its author changes the text of a note. Redaction removes the whole text, once (who and when: the table's Stamp).
CREATE FUNCTION cases_note_of_its_author() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF current_user <> 'suone_app' THEN
        RETURN NEW;
    END IF;
    IF OLD.redacted_at IS NOT NULL THEN
        RAISE EXCEPTION 'this note is redacted' USING ERRCODE = 'insufficient_privilege';
    ELSIF NEW.redacted_at IS NULL AND OLD.staff_id IS DISTINCT FROM actor_staff() THEN
        RAISE EXCEPTION 'its author alone changes a note' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_note_of_its_author BEFORE UPDATE ON cases_note
    FOR EACH ROW EXECUTE FUNCTION cases_note_of_its_author();
