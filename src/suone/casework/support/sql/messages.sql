-- Of a case knows whoever carries out a service for it.
CREATE FUNCTION support_is_by(institution bigint, case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM support_service s
        WHERE s.dossier_id = case_id AND institution IN (s.institution_id, s.second_institution_id))
$$;
INSERT INTO inbox_tie VALUES ('support_is_by', 'recipient');
