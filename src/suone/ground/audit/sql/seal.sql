-- Sealing: unsealed entries become leaves of the tree, and a seal records its new size and root. The app's role may neither
-- change entries nor write seals, and has no influence here: a job triggers it, and these functions alone determine which
-- entries are sealed, their hashes and the root.

-- An entry as it is hashed; ground/audit/hashing.py repeats this definition for verification.
CREATE FUNCTION audit_line(e audit_entry) RETURNS text LANGUAGE sql STABLE
    RETURN ROW(e.id, CASE WHEN isfinite(e.at) THEN ((extract(epoch FROM e.at) * 1000000)::bigint)::text ELSE e.at::text END,
               e.kind, e.act, e.acting_kind, e.user_id, e.staff_id, e.institution_id, e.system_id, e.roles, e.on_behalf_of,
               e.dossier_id, e.person_id, e.object_type, e.object_id, e.recipients, e.dossiers_shown, e.persons_shown,
               e.legal_basis, e.purpose, e.details)::text;

-- From concatenated hashes of 32 bytes to those of the level above; a last one without a neighbour is left out.
CREATE FUNCTION audit_level_above(hashes bytea) RETURNS bytea LANGUAGE sql IMMUTABLE
    RETURN (SELECT coalesce(string_agg(sha256('\x01'::bytea || substr(hashes, 64 * i + 1, 64)), ''::bytea ORDER BY i), '')
            FROM generate_series(0, octet_length(hashes) / 64 - 1) AS i);

CREATE FUNCTION audit_tile_root(hashes bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
BEGIN
    WHILE octet_length(hashes) > 32 LOOP
        hashes := audit_level_above(hashes);
    END LOOP;
    RETURN hashes;
END $$;

-- Append hashes to a level of the tree, and the roots of tiles that are now full to the level above.
CREATE FUNCTION audit_grow(tree_level integer, added bytea) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    last audit_tile;
    growing bytea;
    first bigint;
    roots bytea;
BEGIN
    SELECT * INTO last FROM audit_tile t WHERE t.level = tree_level ORDER BY t.number DESC LIMIT 1;
    first := coalesce(last.number, 0);
    growing := coalesce(last.hashes, ''::bytea);
    IF octet_length(growing) = 8192 THEN
        first := first + 1;
        growing := ''::bytea;
    END IF;
    growing := growing || added;
    INSERT INTO audit_tile (level, number, hashes)
    SELECT tree_level, first + i, substr(growing, i * 8192 + 1, 8192)
    FROM generate_series(0, (octet_length(growing) - 1) / 8192) AS i
    ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes;
    SELECT string_agg(audit_tile_root(substr(growing, i * 8192 + 1, 8192)), ''::bytea ORDER BY i) INTO roots
    FROM generate_series(0, octet_length(growing) / 8192 - 1) AS i;
    IF roots IS NOT NULL THEN
        PERFORM audit_grow(tree_level + 1, roots);
    END IF;
END $$;

-- The root over everything that was added: from the last tile of each level, the incomplete part folded in from the right.
CREATE FUNCTION audit_root() RETURNS bytea
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    hashes bytea;
    width integer;
    last bytea;
    root bytea;
BEGIN
    FOR hashes IN SELECT DISTINCT ON (t.level) t.hashes FROM audit_tile t ORDER BY t.level, t.number DESC LOOP
        CONTINUE WHEN octet_length(hashes) = 8192;  -- full: its root is in the level above
        WHILE octet_length(hashes) > 0 LOOP
            width := octet_length(hashes) / 32;
            IF width % 2 = 1 THEN
                last := substr(hashes, 32 * width - 31);
                root := CASE WHEN root IS NULL THEN last ELSE sha256('\x01'::bytea || last || root) END;
            END IF;
            hashes := audit_level_above(hashes);
        END LOOP;
    END LOOP;
    RETURN root;
END $$;

-- Seal unsealed entries, at most this many, and return their number. Each is copied to the second store.
CREATE FUNCTION audit_seal_waiting(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    slack CONSTANT interval := '1 minute';  -- for clocks that are set, and for machines that pause
    last audit_seal;
    size bigint;
    began timestamptz;
    horizon bigint;
    strays bigint[];
    leaves bytea;
    sealed integer;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'only a job seals the log' USING ERRCODE = 'insufficient_privilege';
    END IF;
    LOCK TABLE audit_tile IN SHARE ROW EXCLUSIVE MODE;  -- by rights of the owner: an advisory lock is anybody's to take
    SELECT * INTO last FROM audit_seal s ORDER BY s.id DESC LIMIT 1;
    size := coalesce(last.size, 0);
    began := clock_timestamp();

    INSERT INTO audit_copy.entry (position, id, salt, line)
    SELECT size + row_number() OVER (ORDER BY w.id) - 1, w.id, w.salt, w.line
    FROM (SELECT e.id, e.salt, audit_line(e) AS line FROM audit_entry e WHERE e.position IS NULL ORDER BY e.id LIMIT most) w;
    GET DIAGNOSTICS sealed = ROW_COUNT;
    IF sealed = 0 THEN
        RETURN 0;
    END IF;
    -- This transaction was given its id by now: higher ids belong to later transactions.
    SELECT c.xmin::text::bigint INTO horizon FROM audit_copy.entry c WHERE c.position = size;

    -- The database sets id and time of an entry together, so both increase together, whenever the transaction ends. An
    -- entry with a time before the last seal must belong to a transaction that began before it.
    SELECT coalesce(array_agg(e.id ORDER BY e.id), '{}') INTO strays
    FROM audit_copy.entry c
    JOIN audit_entry e ON e.id = c.id
    LEFT JOIN LATERAL (
        SELECT p.at FROM audit_entry p
        WHERE p.id < e.id AND p.at <= clock_timestamp() + slack ORDER BY p.id DESC LIMIT 1
    ) before ON true
    WHERE c.position >= size
      AND (NOT isfinite(e.at)
           OR e.at > clock_timestamp() + slack
           OR e.at < before.at - slack
           OR e.at < last.sealed_at - slack
              AND (e.xmin::text::bigint - last.horizon) & 4294967295 < 2147483648);

    UPDATE audit_entry e SET position = c.position FROM audit_copy.entry c WHERE c.position >= size AND e.id = c.id;
    SELECT string_agg(sha256('\x00'::bytea || c.salt || convert_to(c.line, 'UTF8')), ''::bytea ORDER BY c.position)
    INTO leaves FROM audit_copy.entry c WHERE c.position >= size;
    PERFORM audit_grow(0, leaves);
    INSERT INTO audit_seal (id, sealed_at, size, root, horizon, misfits)
    VALUES (coalesce(last.id, 0) + 1, began, size + sealed, audit_root(), horizon, strays);
    RETURN sealed;
END $$;

-- Waits for running sealers and blocks others until the transaction ends.
CREATE FUNCTION audit_hold_sealing() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'only a job holds the sealing up' USING ERRCODE = 'insufficient_privilege';
    END IF;
    LOCK TABLE audit_tile IN SHARE ROW EXCLUSIVE MODE;
END $$;

GRANT EXECUTE ON FUNCTION audit_seal_waiting, audit_hold_sealing TO suone_app;
