-- Both institutions of a request may learn who leads and follows a case while the answer is pending and for an hour after
-- it, so that they can be notified; later only while the case is open to them.
CREATE FUNCTION cases_request_lasts(d decisions_decision) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT actor_kind() = 'staff' AND actor_institution() IN (d.addressed_id, d.asked_institution_id)
       AND (d.state = 'pending' OR d.answered_at BETWEEN statement_timestamp() - interval '1 hour'
                                                     AND statement_timestamp() + interval '1 hour')
$$;

-- Who leads the case that a request is about: for jobs and for the two institutions of the request, one of which may not
-- open the case. It names a staff member, whom the directory shows to everybody.
CREATE FUNCTION cases_lead_of_request(request bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.staff_id FROM decisions_decision d JOIN cases_assignment a ON a.dossier_id = d.dossier_id
    WHERE d.id = request AND a.function = 'lead' AND a.valid_until IS NULL
      AND (dossiers_has_power(d.dossier_id, 1) OR cases_request_lasts(d))
$$;

GRANT EXECUTE ON FUNCTION cases_lead_of_request TO suone_app;
