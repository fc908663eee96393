-- The outcome of work items about services. A case management is carried out by the case manager:
-- what somebody else was asked to do before is done.
CREATE FUNCTION support_outcome_of_service(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN (
        SELECT CASE WHEN s.state = 'completed' THEN 'done' WHEN s.state = 'cancelled' THEN 'cancelled'
                    WHEN s.kind = 'case_management' AND s.state = 'running' AND EXISTS (
                        SELECT 1 FROM cases_assignment a WHERE a.dossier_id = s.dossier_id AND a.function = 'case_manager'
                          AND a.valid_until IS NULL AND a.staff_id = s.staff_id) THEN 'done' END
        FROM support_service s WHERE s.id = item.about_id AND s.dossier_id = item.dossier_id
    );

CREATE FUNCTION support_outcome_of_report(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM support_service s
        WHERE s.dossier_id = item.dossier_id AND s.kind = 'medical_mandate' AND s.state = 'completed'
          AND s.ended_on >= (item.asked_at AT TIME ZONE 'Europe/Zurich')::date
    ) THEN 'done' END;

INSERT INTO workitems_outcome VALUES ('service', 'support_outcome_of_service'), ('medical_report_on', 'support_outcome_of_report');
