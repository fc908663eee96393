-- The outcome of work items that ask for an assessment.

CREATE FUNCTION assessments_outcome_of_repetition(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM assessments_assessment b JOIN assessments_assessment a
          ON a.dossier_id = b.dossier_id AND a.instrument = b.instrument AND a.number > b.number
        WHERE b.id = item.about_id AND b.dossier_id = item.dossier_id AND a.state = 'finished'
    ) THEN 'done' END;

CREATE FUNCTION assessments_outcome_of_later_outcome(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM assessments_assessment a WHERE a.dossier_id = item.dossier_id AND a.instrument = 'outcome'
          AND a.state = 'finished' AND a.finished_on >= (item.asked_at AT TIME ZONE 'Europe/Zurich')::date
    ) THEN 'done' END;

INSERT INTO workitems_outcome VALUES
    ('assessment', 'assessments_outcome_of_repetition'), ('later_outcome', 'assessments_outcome_of_later_outcome');
