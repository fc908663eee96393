-- A log entry that names cases also names their persons, by their keys: derived here, since the acting person may not be
-- able to read whose case it is (a request to an institution shows a case's number before the case is open).
CREATE FUNCTION dossiers_entry_names_persons() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.person_id IS NULL AND NEW.dossier_id IS NOT NULL THEN
        SELECT d.person_id INTO NEW.person_id FROM dossiers_dossier d WHERE d.id = NEW.dossier_id;
    END IF;
    IF NEW.dossiers_shown <> '{}' THEN
        NEW.persons_shown := (
            SELECT coalesce(array_agg(DISTINCT p ORDER BY p), '{}') FROM (
                SELECT d.person_id AS p FROM dossiers_dossier d WHERE d.id = ANY (NEW.dossiers_shown)
                UNION ALL SELECT unnest(NEW.persons_shown)
            ) AS shown
        );
    END IF;
    RETURN NEW;
END $$;


CREATE TRIGGER dossiers_entry_names_persons BEFORE INSERT ON audit_entry
FOR EACH ROW WHEN (NEW.dossier_id IS NOT NULL OR NEW.dossiers_shown <> '{}')
EXECUTE FUNCTION dossiers_entry_names_persons();
