-- When a fact was first recorded: what corrects it, or corrects a correction of it, reports nothing new about the case.
CREATE FUNCTION leading_first_recorded(fact_id bigint) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH RECURSIVE chain AS (
        SELECT f.at, f.replaces_id FROM leading_knownfact f WHERE f.id = fact_id
        UNION ALL
        SELECT f.at, f.replaces_id FROM chain JOIN leading_knownfact f ON f.id = chain.replaces_id)
    SELECT min(at) FROM chain
$$;

-- Every fact of a case, whatever its data category, for the procedure engine: a case proceeds the same way whoever takes
-- the next step. Only for those who may open the case; pages show what their reader may read. With each fact, whether it
-- became true before the present round: recorded before, or on an earlier day.
CREATE FUNCTION leading_every_fact(case_id bigint) RETURNS TABLE (fact text, value jsonb, is_earlier boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET TimeZone = 'Europe/Zurich' AS $$
    SELECT DISTINCT ON (f.fact) f.fact, f.value,
           coalesce(leading_first_recorded(f.id) <= c.round_since OR f.day < c.round_since::date, false)
    FROM leading_knownfact f LEFT JOIN leading_course c ON c.dossier_id = f.dossier_id
    WHERE f.dossier_id = case_id AND dossiers_has_power(case_id, 1) AND f.value IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM leading_knownfact r WHERE r.replaces_id = f.id)
    ORDER BY f.fact, f.day DESC NULLS LAST, f.id DESC
$$;

CREATE FUNCTION leading_been_in(case_id bigint) RETURNS TABLE (procedure text, phase text, round smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.identifier, p.to_phase, p.round
    FROM leading_passage p JOIN procedures_procedureversion v ON v.id = p.version_id
    WHERE p.dossier_id = case_id AND dossiers_has_power(case_id, 1) ORDER BY p.id DESC
$$;

GRANT EXECUTE ON FUNCTION leading_every_fact, leading_been_in TO suone_app;
