-- Whoever reads the log opens no case, but needs the case numbers: nothing else is returned.
CREATE FUNCTION privacy_case_numbers(ids bigint[], wanted text) RETURNS TABLE (id bigint, number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, d.number FROM dossiers_dossier d
    WHERE (d.id = ANY (ids) OR d.number = wanted) AND actor_may('audit.read')
$$;

GRANT EXECUTE ON FUNCTION privacy_case_numbers TO suone_app;
