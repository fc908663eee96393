-- How many services of a case are open, for the procedure that may wait until none is: also for whoever carries out one of
-- them and sees no other.
CREATE FUNCTION support_running(case_id bigint) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*)::integer FROM support_service s
    WHERE s.dossier_id = case_id AND s.state IN ('ordered', 'running') AND dossiers_has_power(case_id, 1)
$$;

GRANT EXECUTE ON FUNCTION support_running TO suone_app;
