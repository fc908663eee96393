-- Per phase of a procedure: the number of cases, of those with a given fact recorded as true, and of those that entered
-- since a day. Figures only, no persons.
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
