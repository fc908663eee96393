-- Who leads the case that a request is about: for jobs and for the two institutions of the request, one of which may not
-- open the case. It names a staff member, whom the directory shows to everybody.
CREATE FUNCTION cases_lead_of_request(request bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.staff_id FROM decisions_decision d JOIN cases_assignment a ON a.dossier_id = d.dossier_id
    WHERE d.id = request AND a.function = 'lead' AND a.valid_until IS NULL
      AND (actor_kind() = 'job' OR actor_institution() IN (d.addressed_id, d.asked_institution_id))
$$;

GRANT EXECUTE ON FUNCTION cases_lead_of_request TO suone_app;
