-- Where a procedure names the kind of institution that receives its notifications, the case says which one does; without
-- one, the IIZ office does. Consents that name the receiver let it lead the case.

-- Whoever notifies a case names its receiver, once, before the procedure begins and anything is opened on it.
CREATE FUNCTION leading_receive(case_id bigint, receiver bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE dossiers_dossier d SET receiver_id = receiver
        WHERE d.id = case_id AND d.receiver_id IS NULL AND dossiers_has_power(case_id, 3)
          AND EXISTS (SELECT 1 FROM cases_case c WHERE c.dossier_id = case_id AND c.state = 'notified'
                      AND c.notifier_id = actor_institution())
          AND NOT EXISTS (SELECT 1 FROM leading_course c WHERE c.dossier_id = case_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- The receiver notifies the case on to the IIZ office, to which it must be open; from then on the office receives it.
CREATE FUNCTION leading_notify_on(case_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE dossiers_dossier d SET receiver_id = NULL
        WHERE d.id = case_id AND d.receiver_id = actor_institution() AND dossiers_has_power(case_id, 3)
          AND EXISTS (SELECT 1 FROM dossiers_grant g JOIN institutions_institution i ON i.id = g.institution_id
                      WHERE g.dossier_id = case_id AND i.is_iiz_office AND g.power = 3
                        AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp());
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- A receiver is of the kind that the procedure of the case names.
CREATE FUNCTION leading_receiver_fits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.receiver_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM leading_course c JOIN procedures_procedureversion v ON v.id = c.version_id
            JOIN institutions_institution i ON i.kind = v.receives
        WHERE c.dossier_id = NEW.id AND i.id = NEW.receiver_id
    ) THEN
        RAISE EXCEPTION 'the procedure of the case names another kind of receiver'
            USING ERRCODE = 'check_violation', TABLE = 'dossiers_dossier', CONSTRAINT = 'receiver_of_the_procedure';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER receiver_of_the_procedure AFTER UPDATE OF receiver_id ON dossiers_dossier
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leading_receiver_fits();

GRANT EXECUTE ON FUNCTION leading_receive, leading_notify_on TO suone_app;
