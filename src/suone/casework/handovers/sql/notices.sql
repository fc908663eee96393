-- A notice on cooperation goes from the IV to the social worker who takes part in the case, and its disclosure is recorded with it.
CREATE FUNCTION handovers_notice_to_whom_it_may_go() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM cases_participant p
            JOIN institutions_institution r ON r.id = p.institution_id AND r.kind = 'social_assistance'
            JOIN institutions_institution g ON g.id = actor_institution() AND g.kind = 'disability_insurance'
            JOIN consents_disclosure d ON d.dossier_id = p.dossier_id AND d.recipient_id = r.id
        WHERE p.dossier_id = NEW.dossier_id AND p.state = 'taking_part'
          AND p.institution_id = NEW.receiver_id AND p.staff_id = NEW.receiver_staff_id
          AND d.giver_staff_id = actor_staff() AND d.at >= transaction_timestamp())
    THEN
        RAISE EXCEPTION 'this notice goes from the IV to the social worker alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER handovers_notice_to_whom_it_may_go BEFORE INSERT ON handovers_cooperationnotice FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION handovers_notice_to_whom_it_may_go();
