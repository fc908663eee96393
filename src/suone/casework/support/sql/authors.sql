-- Each text about a service is its writer's to write, once, while the service is open: the parts of a medical report come from
-- the officer for whom the person's consent opens the case, all others from the lead or those who carry it out, and the result of
-- what is held at a meeting from whoever records the meeting. After the policy, which decides on findings first.
CREATE FUNCTION support_text_of_its_writer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM support_service s
        WHERE s.id = NEW.service_id AND s.state IN ('ordered', 'running') AND CASE
            WHEN NEW.part IN ('findings', 'consequences', 'restrictions')
            THEN EXISTS (SELECT 1 FROM support_mandate_allows(s.id) a WHERE a.staff_id = actor_staff())
            ELSE dossiers_has_power(s.dossier_id, 3) OR actor_institution() IN (s.institution_id, s.second_institution_id)
                 OR NEW.part = 'result' AND s.kind IN ('round_table', 'assessment') END)
    THEN
        RAISE EXCEPTION 'this part is written by somebody else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER support_text_of_its_writer AFTER INSERT ON support_servicetext FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION support_text_of_its_writer();

-- A medical mandate is completed by its report.
CREATE FUNCTION support_mandate_is_reported() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM support_servicetext t
        WHERE t.service_id = OLD.id AND t.part = 'consequences' AND t.staff_id = actor_staff())
    THEN
        RAISE EXCEPTION 'its report completes a medical mandate' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER support_mandate_is_reported BEFORE UPDATE ON support_service FOR EACH ROW
    WHEN (current_user = 'suone_app' AND OLD.kind = 'medical_mandate' AND OLD.state <> 'completed' AND NEW.state = 'completed')
    EXECUTE FUNCTION support_mandate_is_reported();
