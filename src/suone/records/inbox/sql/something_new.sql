-- A message that contains a fact about a person names its data category. Whoever may not read that category now learns
-- that there is something new in the case, but not what.
CREATE FUNCTION inbox_keep_back() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM dossiers_grant g JOIN appointments_appointment a ON a.id = NEW.staff_id
        WHERE g.dossier_id = NEW.dossier_id AND (g.institution_id = a.institution_id OR g.staff_id = a.id)
          AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
          AND (g.categories & (1::bigint << NEW.category)) <> 0
    ) THEN
        NEW.act := 'inbox.something_new';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inbox_keep_back BEFORE INSERT ON inbox_message
    FOR EACH ROW WHEN (NEW.category IS NOT NULL) EXECUTE FUNCTION inbox_keep_back();
