-- A message names no content, and yet says that there is a case, and that something happened in it. Whoever acts past the
-- services sends none about a case that is closed to them, none to somebody who never had to do with it, and none of an act that
-- does not exist. Functions with the owner's rights derive their messages from what they do, and are not asked.

-- The codes of all acts, which suone migrate takes from the code; the app's role cannot change them.
CREATE TABLE inbox_act (word varchar(60) PRIMARY KEY);

-- Whether whoever acts has to do with a case now: it is open to them, or was until this transaction, or a package says so (ties.sql).
CREATE FUNCTION inbox_may_send(case_id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    tie text;
    holds boolean := EXISTS (
        SELECT 1 FROM dossiers_grant g
        WHERE g.dossier_id = case_id AND (g.institution_id = actor_institution() OR g.staff_id = actor_staff())
          AND g.valid_from <= statement_timestamp() AND g.valid_until >= transaction_timestamp());
BEGIN
    FOR tie IN SELECT t.asks FROM inbox_tie t WHERE t.side = 'sender' ORDER BY 1 LOOP
        EXIT WHEN holds;
        EXECUTE format('SELECT %I($1)', tie) INTO holds USING case_id;
    END LOOP;
    RETURN coalesce(holds, false);
END $$;

-- Whether an institution has or had to do with a case: it could open it or receives it, or a package says so.
CREATE FUNCTION inbox_knows_case(institution bigint, case_id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    tie text;
    holds boolean := EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = case_id AND g.institution_id = institution)
        OR EXISTS (
            SELECT 1 FROM dossiers_grant g JOIN appointments_appointment a ON a.id = g.staff_id
            WHERE g.dossier_id = case_id AND a.institution_id = institution)
        OR EXISTS (
            SELECT 1 FROM dossiers_dossier d JOIN institutions_institution i ON i.id = institution
            WHERE d.id = case_id AND (d.receiver_id = i.id OR d.receiver_id IS NULL AND i.is_iiz_office));
BEGIN
    FOR tie IN SELECT t.asks FROM inbox_tie t WHERE t.side = 'recipient' ORDER BY 1 LOOP
        EXIT WHEN holds;
        EXECUTE format('SELECT %I($1, $2)', tie) INTO holds USING institution, case_id;
    END LOOP;
    RETURN coalesce(holds, false);
END $$;

CREATE FUNCTION inbox_reaches() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    at_institution bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM inbox_act a WHERE a.word = NEW.act) THEN
        RAISE EXCEPTION 'no message of an unknown act' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF actor_kind() = 'job' OR inbox_allows(NEW) THEN
        RETURN NEW;
    END IF;
    IF NEW.dossier_id IS NULL THEN
        RAISE EXCEPTION 'no message of this act without a case, or not to them' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF actor_kind() = 'guest' OR NOT inbox_may_send(NEW.dossier_id) THEN
        RAISE EXCEPTION 'no message about a case of others' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT a.institution_id INTO at_institution FROM appointments_appointment a WHERE a.id = NEW.staff_id;
    IF at_institution IS DISTINCT FROM actor_institution() AND NOT inbox_knows_case(at_institution, NEW.dossier_id) THEN
        RAISE EXCEPTION 'no message about a case to others' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inbox_reaches BEFORE INSERT ON inbox_message FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION inbox_reaches();
