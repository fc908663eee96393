-- Opening, switching and ending epochs: for the owner of the database, from the command line.

CREATE FUNCTION register.open_epoch(kind text, public_key bytea) RETURNS smallint
LANGUAGE plpgsql SET search_path = register, public, pg_temp AS $$
DECLARE
    opened smallint := coalesce((SELECT max(number) FROM epoch), 0) + 1;
    is_first boolean := NOT EXISTS (SELECT 1 FROM epoch WHERE state = 'current');
BEGIN
    INSERT INTO epoch (number, kind, public_key, state)
        VALUES (opened, open_epoch.kind, open_epoch.public_key, CASE WHEN is_first THEN 'current' ELSE 'opening' END);
    EXECUTE format('CREATE TABLE register.registration_%s PARTITION OF register.registration FOR VALUES IN (%s)',
                   opened, opened);
    -- For matching by token, and for comparing an institution's snapshot with its registrations.
    EXECUTE format('CREATE UNIQUE INDEX registration_%s_token ON register.registration_%s'
                   ' (token, institution, valid_from) INCLUDE (valid_until)', opened, opened);
    EXECUTE format('CREATE INDEX registration_%s_institution ON register.registration_%s (institution, token)',
                   opened, opened);
    RETURN opened;
END $$;

-- From now on the new epoch answers; the old one waits for its keys to be destroyed.
CREATE FUNCTION register.switch_epoch() RETURNS smallint
LANGUAGE plpgsql SET search_path = register, public, pg_temp AS $$
DECLARE
    opened smallint := (SELECT number FROM epoch WHERE state = 'opening');
BEGIN
    IF opened IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE epoch SET state = 'closing' WHERE state = 'current';
    UPDATE epoch SET state = 'current' WHERE number = opened;
    RETURN opened;
END $$;

-- Tokens of destroyed keys have no meaning any more.
CREATE FUNCTION register.destroy_epoch(gone smallint) RETURNS void
LANGUAGE plpgsql SET search_path = register, public, pg_temp AS $$
BEGIN
    UPDATE epoch SET state = 'destroyed', destroyed_at = statement_timestamp() WHERE number = gone AND state = 'closing';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'epoch % is in use', gone;
    END IF;
    EXECUTE format('DROP TABLE register.registration_%s', gone);
    DELETE FROM question WHERE epoch = gone;
    DELETE FROM canary WHERE epoch = gone;
    DELETE FROM unsent WHERE epoch = gone;
    DELETE FROM stage s USING delivery d WHERE d.id = s.delivery AND d.epoch = gone;
    DELETE FROM part p USING delivery d WHERE d.id = p.delivery AND d.epoch = gone;
    UPDATE delivery SET state = 'abandoned' WHERE epoch = gone AND state = 'open';
END $$;

-- Progress of the new epoch: for each institution its open registrations in both.
CREATE FUNCTION register.epoch_progress() RETURNS TABLE (institution integer, current bigint, opening bigint)
LANGUAGE sql STABLE SET search_path = register, public, pg_temp AS $$
    SELECT r.institution, count(*) FILTER (WHERE e.state = 'current'), count(*) FILTER (WHERE e.state = 'opening')
    FROM registration r JOIN epoch e ON e.number = r.epoch AND e.state IN ('current', 'opening')
    WHERE r.valid_until IS NULL GROUP BY r.institution ORDER BY r.institution
$$;

CREATE FUNCTION register.live_epochs() RETURNS SETOF register.epoch
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
    SELECT * FROM epoch WHERE state IN ('opening', 'current') ORDER BY number
$$;

-- All others are the owner's alone.
GRANT EXECUTE ON FUNCTION register.live_epochs TO suone_app;
