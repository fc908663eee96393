-- How many open cases the actor's colleagues lead: figures alone, of those who work at the same institution.
CREATE FUNCTION cases_led_by_colleagues() RETURNS TABLE (staff bigint, led bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.staff_id, count(*)
    FROM appointments_appointment a
        JOIN cases_assignment s ON s.staff_id = a.id AND s.function = 'lead' AND s.valid_until IS NULL
        JOIN cases_case c ON c.dossier_id = s.dossier_id
    WHERE a.institution_id = actor_institution() AND actor_kind() = 'staff' AND actor_may('case.lead')
      AND c.state NOT IN ('closed', 'rejected', 'withdrawn')
    GROUP BY s.staff_id
$$;

GRANT EXECUTE ON FUNCTION cases_led_by_colleagues TO suone_app;
