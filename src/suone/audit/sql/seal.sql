-- Seal exactly these entries as the next batch. The app's role may neither change entries nor write batches: only a job
-- comes here, and only with the chain value that follows from the last batch.
CREATE FUNCTION audit_seal(ids bigint[], root bytea, leaves bytea, sealed timestamptz, chain bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last audit_batch;
    number bigint;
    before bytea;
    expected bytea;
    moved bigint;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'only a job seals the log' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit'), hashtext('seal'));
    SELECT * INTO last FROM audit_batch b ORDER BY b.id DESC LIMIT 1;
    number := coalesce(last.id, 0) + 1;
    before := coalesce(last.chain, '\x'::bytea);
    expected := sha256(before || audit_seal.root || int8send(cardinality(ids)::bigint) || int8send(number)
                       || int8send((extract(epoch FROM sealed) * 1000000)::bigint));
    IF cardinality(ids) = 0 OR expected IS DISTINCT FROM audit_seal.chain THEN
        RAISE EXCEPTION 'this batch does not follow the last one' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO audit_batch (id, sealed_at, count, root, chain, leaves)
    VALUES (number, sealed, cardinality(ids), audit_seal.root, audit_seal.chain, audit_seal.leaves);
    UPDATE audit_entry e SET batch_id = number FROM unnest(ids) AS sealing(id)
    WHERE e.id = sealing.id AND e.batch_id IS NULL;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> cardinality(ids) THEN
        RAISE EXCEPTION 'an entry was sealed before, or does not exist' USING ERRCODE = 'check_violation';
    END IF;
    RETURN number;
END $$;

REVOKE EXECUTE ON FUNCTION audit_seal FROM public;
GRANT EXECUTE ON FUNCTION audit_seal TO suone_app;
REVOKE TRUNCATE ON audit_entry, audit_batch FROM suone_app;
