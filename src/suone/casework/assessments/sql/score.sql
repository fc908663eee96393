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
