-- Whom a search of the log is about: the keys of the person with this AHV number, or of this case, with all joined keys,
-- and their cases. Only for those who may read the log.
CREATE FUNCTION privacy_whom(wanted text) RETURNS TABLE (persons bigint[], dossiers bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_may('audit.read') IS NOT TRUE THEN
        RAISE EXCEPTION 'only whoever may read the log asks who saw a person' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
        WITH meant AS (
            SELECT n.person_id AS id FROM persons_number n WHERE n.digits = wanted
            UNION SELECT d.person_id FROM dossiers_dossier d WHERE d.number = wanted
        ), one_person AS (SELECT DISTINCT k AS id FROM meant m, persons_keys_of(m.id) AS k)
        SELECT coalesce(array_agg(o.id), '{}'),
               coalesce((SELECT array_agg(d.id) FROM dossiers_dossier d
                         WHERE d.person_id IN (SELECT id FROM one_person) OR d.number = wanted), '{}')
        FROM one_person o;
END $$;

REVOKE EXECUTE ON FUNCTION privacy_whom FROM PUBLIC;
GRANT EXECUTE ON FUNCTION privacy_whom TO suone_app;
