-- Id and hash of the entries that the second store has at these positions, for verification.
CREATE FUNCTION audit_copied(first bigint, before bigint) RETURNS TABLE (place bigint, entry bigint, leaf bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'only a job compares the copies' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT c.position, c.id, sha256('\x00'::bytea || c.salt || convert_to(c.line, 'UTF8'))
                 FROM audit_copy.entry c WHERE c.position >= first AND c.position < before ORDER BY c.position;
END $$;

-- Destroys sealed entries with their salts and copies. Their hashes stay in the tree, so that proofs of all others stay
-- valid, and the log records which entries were destroyed, and why. For the owner of the database alone.
CREATE FUNCTION audit_destroy(entries bigint[], reason text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    places bigint[];
BEGIN
    LOCK TABLE audit_tile IN SHARE ROW EXCLUSIVE MODE;
    IF reason !~ '\S' THEN
        RAISE EXCEPTION 'say why these entries are destroyed' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM audit_entry e WHERE e.id = ANY (entries) AND (e.position IS NULL OR e.act LIKE 'log.%')) THEN
        RAISE EXCEPTION 'unsealed entries, and entries about the log itself, are not destroyed'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT array_agg(e.position ORDER BY e.position) INTO places FROM audit_entry e WHERE e.id = ANY (entries);
    IF places IS NULL OR cardinality(places) <> cardinality(entries) THEN
        RAISE EXCEPTION 'one of these entries does not exist' USING ERRCODE = 'check_violation';
    END IF;
    DELETE FROM audit_copy.entry c WHERE c.position = ANY (places);
    DELETE FROM audit_entry e WHERE e.id = ANY (entries);
    INSERT INTO audit_entry (kind, act, acting_kind, object_type, recipients, legal_basis, purpose, details)
    VALUES ('delete', 'log.destroyed', 'job', '', '{}', '', reason, jsonb_build_object('places', places));
    RETURN cardinality(places);
END $$;

GRANT EXECUTE ON FUNCTION audit_copied TO suone_app;
