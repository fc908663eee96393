-- Whoever declines gives the reason: it is stored in a table of its own, since not everybody who still sees the request
-- may read it.
CREATE FUNCTION decisions_check_reason() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state = 'declined' AND NOT EXISTS (
        SELECT 1 FROM decisions_requesttext t WHERE t.decision_id = NEW.id AND t.part = 'reason' AND trim(t.text) <> ''
    ) THEN
        RAISE EXCEPTION 'decision_declined_with_reason: give the reason for declining'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_declined_with_reason';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER decisions_declined_with_reason BEFORE INSERT OR UPDATE OF state ON decisions_decision
    FOR EACH ROW EXECUTE FUNCTION decisions_check_reason();
