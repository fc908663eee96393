-- Ids of the entries that name or show one of these persons or cases, newest first. Operators on arrays cannot use their
-- index below a row policy, so this runs with the owner's rights and checks the permission itself.
CREATE FUNCTION audit_who_saw(persons bigint[], dossiers bigint[], before bigint, most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT (actor_may('audit.read') OR actor_kind() IS NOT DISTINCT FROM 'job') THEN
        RAISE EXCEPTION 'only whoever may read the log asks who saw a person' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
        SELECT found.id FROM (
            SELECT e.id FROM audit_entry e WHERE e.person_id = ANY (persons)
            UNION SELECT e.id FROM audit_entry e WHERE e.dossier_id = ANY (dossiers)
            UNION SELECT e.id FROM audit_entry e WHERE e.persons_shown && persons AND e.persons_shown <> '{}'
            UNION SELECT e.id FROM audit_entry e WHERE e.dossiers_shown && dossiers AND e.dossiers_shown <> '{}'
        ) AS found
        WHERE before IS NULL OR found.id < before ORDER BY found.id DESC LIMIT most;
END $$;

GRANT EXECUTE ON FUNCTION audit_who_saw TO suone_app;
