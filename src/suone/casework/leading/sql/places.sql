-- How many cases are in each phase of a procedure, of how many a fact was stated last, how many entered it since a day:
-- figures without persons.
CREATE FUNCTION leading_counted(wanted text, since date, stated text)
RETURNS TABLE (phase text, cases bigint, of_stated bigint, entered bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.phase, count(*),
           count(*) FILTER (WHERE (
               SELECT f.value = 'true'::jsonb FROM leading_knownfact f
               WHERE f.dossier_id = c.dossier_id AND f.fact = stated ORDER BY f.id DESC LIMIT 1
           )),
           count(*) FILTER (WHERE c.phase_since >= since)
    FROM leading_course c JOIN procedures_procedureversion v ON v.id = c.version_id
    WHERE (actor_may('places.count') OR actor_kind() = 'job') AND v.identifier = wanted
    GROUP BY c.phase
$$;

GRANT EXECUTE ON FUNCTION leading_counted TO suone_app;
