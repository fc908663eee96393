-- Of a case know both institutions of a request about it.
CREATE FUNCTION decisions_asks_about(institution bigint, case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM decisions_decision d
        WHERE d.dossier_id = case_id AND institution IN (d.asked_institution_id, d.addressed_id))
$$;
INSERT INTO inbox_tie VALUES ('decisions_asks_about', 'recipient');
