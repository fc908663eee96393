-- The latest value of every fact of a case, whatever its data category, for the procedure engine: a case proceeds the same
-- way whoever takes the next step. Only for those who may open the case; pages show what their reader may read.
CREATE FUNCTION leading_every_fact(case_id bigint) RETURNS TABLE (fact text, value jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (f.fact) f.fact, f.value FROM leading_knownfact f
    WHERE f.dossier_id = case_id AND dossiers_has_power(case_id, 1) ORDER BY f.fact, f.id DESC
$$;

CREATE FUNCTION leading_been_in(case_id bigint) RETURNS TABLE (procedure text, phase text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.identifier, p.to_phase FROM leading_passage p JOIN procedures_procedureversion v ON v.id = p.version_id
    WHERE p.dossier_id = case_id AND dossiers_has_power(case_id, 1) ORDER BY p.id DESC
$$;

GRANT EXECUTE ON FUNCTION leading_every_fact, leading_been_in TO suone_app;
