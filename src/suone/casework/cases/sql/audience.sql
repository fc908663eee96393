-- The region, followers, lead, notifier and institutions of a case, for messages: for jobs, and for those who may open the
-- case. An institution asked to take part, or that has just handed a case over, can notify others without reading its rows.
CREATE FUNCTION cases_audience(case_id bigint)
RETURNS TABLE (region bigint, staff bigint[], lead bigint, notifier bigint, institutions bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.region_id, ARRAY(
        SELECT p.staff_id FROM cases_participant p
        WHERE p.dossier_id = c.dossier_id AND p.state = 'taking_part' AND p.staff_id IS NOT NULL
        UNION
        SELECT a.staff_id FROM cases_assignment a WHERE a.dossier_id = c.dossier_id AND a.valid_until IS NULL),
        (SELECT a.staff_id FROM cases_assignment a
         WHERE a.dossier_id = c.dossier_id AND a.function = 'lead' AND a.valid_until IS NULL),
        c.notified_by_id, ARRAY(
        SELECT p.institution_id FROM cases_participant p WHERE p.dossier_id = c.dossier_id AND p.state = 'taking_part'
        UNION
        SELECT s.institution_id FROM cases_assignment a JOIN appointments_appointment s ON s.id = a.staff_id
        WHERE a.dossier_id = c.dossier_id AND a.valid_until IS NULL)
    FROM cases_case c
    WHERE c.dossier_id = case_id AND (
        actor_kind() = 'job'
        OR actor_kind() IN ('staff', 'system') AND (
            EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = case_id
                    AND (g.institution_id = actor_institution() OR g.staff_id = actor_staff())
                    AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp())
            OR EXISTS (SELECT 1 FROM decisions_decision d WHERE d.dossier_id = case_id AND cases_request_lasts(d))))
$$;
REVOKE EXECUTE ON FUNCTION cases_audience(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_audience(bigint) TO suone_app;
