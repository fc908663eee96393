-- The number of open services of a case, for a procedure that waits until there is none: also for staff who carry out one
-- of them and cannot read the others.
CREATE FUNCTION support_running(case_id bigint) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*)::integer FROM support_service s
    WHERE s.dossier_id = case_id AND s.state IN ('ordered', 'running') AND dossiers_has_power(case_id, 1)
$$;

GRANT EXECUTE ON FUNCTION support_running TO suone_app;
