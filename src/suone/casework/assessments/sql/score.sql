-- A score reveals something about everything it draws on: its categories are those of the answered sections.
CREATE FUNCTION assessments_mask() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT 1::bigint << a.category | coalesce(bit_or(1::bigint << s.category), 0) INTO NEW.categories
        FROM assessments_assessment a LEFT JOIN assessments_sectionanswers s ON s.assessment_id = a.id
        WHERE a.id = NEW.assessment_id GROUP BY a.id;
    RETURN NEW;
END $$;
CREATE TRIGGER assessments_mask BEFORE INSERT ON assessments_score FOR EACH ROW EXECUTE FUNCTION assessments_mask();

-- What is finished stays, and so does what is decided; the lead decides.
CREATE FUNCTION assessments_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state = 'finished'
       AND (NEW.state, NEW.saved_sections, NEW.finished_on, NEW.finished_by_id)
           IS DISTINCT FROM (OLD.state, OLD.saved_sections, OLD.finished_on, OLD.finished_by_id) THEN
        RAISE EXCEPTION 'a finished assessment is not changed' USING ERRCODE = 'insufficient_privilege';
    ELSIF (NEW.decided_on, NEW.decided_by_id) IS DISTINCT FROM (OLD.decided_on, OLD.decided_by_id)
       AND (OLD.decided_on IS NOT NULL OR NOT dossiers_has_power(OLD.dossier_id, 3)) THEN
        RAISE EXCEPTION 'the lead decides, and once' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assessments_stays BEFORE UPDATE ON assessments_assessment FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION assessments_stays();
