-- Of a case knows whoever is a recipient of a consent, or gave or received something on a law.
CREATE FUNCTION consents_name(institution bigint, case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM consents_disclosure d WHERE d.dossier_id = case_id AND institution IN (d.giver_id, d.recipient_id)
    ) OR EXISTS (
        SELECT 1 FROM consents_consentrecipient r WHERE r.dossier_id = case_id AND r.institution_id = institution)
$$;
INSERT INTO inbox_tie VALUES ('consents_name', 'recipient');
