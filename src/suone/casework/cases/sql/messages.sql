-- Of a case knows whoever notified it, or takes or took part in it.
CREATE FUNCTION cases_knows(institution bigint, case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM cases_participant p WHERE p.dossier_id = case_id AND p.institution_id = institution
    ) OR EXISTS (
        SELECT 1 FROM cases_case c WHERE c.dossier_id = case_id AND c.notifier_id = institution)
$$;

-- Whoever is asked something about a case answers, without access to it.
CREATE FUNCTION cases_is_asked_about(case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM decisions_decision d WHERE d.dossier_id = case_id AND cases_request_lasts(d))
$$;
INSERT INTO inbox_tie VALUES ('cases_knows', 'recipient'), ('cases_is_asked_about', 'sender');
