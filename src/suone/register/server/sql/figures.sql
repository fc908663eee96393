-- Figures, without disclosing anything about anybody. A person counts by the set of institutions that follow them on a
-- day.

CREATE FUNCTION register.may_count() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = register, public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' AND NOT actor_may('register.figures') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- How many persons are followed by which set of institutions; bit n means the institution in position n.
CREATE FUNCTION register.followed_by(in_epoch smallint, day date) RETURNS TABLE (institutions bigint, persons bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp SET work_mem = '256MB'
-- Scans the index in the order of tokens and never the table; a quarter of all tokens on each available core.
SET enable_seqscan = off SET enable_bitmapscan = off
SET max_parallel_workers_per_gather = 3 SET parallel_setup_cost = 100 SET parallel_tuple_cost = 10 AS $$
DECLARE
    bits bigint[];  -- of each institution, by its number
    quarters text;
BEGIN
    PERFORM may_count();
    IF NOT EXISTS (SELECT 1 FROM epoch e WHERE e.number = in_epoch AND e.state <> 'destroyed') THEN
        RETURN;
    END IF;
    SELECT array_agg(1::bigint << e.place ORDER BY i) INTO bits
        FROM generate_series(1, (SELECT max(institution_id) FROM register_enrolment)) i
        LEFT JOIN register_enrolment e ON e.institution_id = i;
    SELECT string_agg(format(
        'SELECT masks.mask, count(*) AS persons FROM (
            SELECT bit_or($1[r.institution]) AS mask FROM register.registration_%s r
            WHERE r.token BETWEEN ''%s0000000-0000-0000-0000-000000000000'' AND ''%sfffffff-ffff-ffff-ffff-ffffffffffff''
              AND r.valid_from <= $2 AND (r.valid_until IS NULL OR r.valid_until >= $2) GROUP BY r.token) masks
         GROUP BY masks.mask', in_epoch, first, last), ' UNION ALL ') INTO quarters
        FROM (VALUES ('0', '3'), ('4', '7'), ('8', 'b'), ('c', 'f')) AS quarter (first, last);
    RETURN QUERY EXECUTE format('SELECT q.mask, sum(q.persons)::bigint FROM (%s) q GROUP BY q.mask', quarters)
        USING bits, day;
END $$;

-- Registrations of a period by the institution that referred the person.
CREATE FUNCTION register.referrals(in_epoch smallint, first_day date, last_day date)
RETURNS TABLE (from_institution integer, to_institution integer, persons bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    PERFORM may_count();
    RETURN QUERY SELECT r.referred_by, r.institution, count(DISTINCT r.token) FROM registration r
        WHERE r.epoch = in_epoch AND r.referred_by IS NOT NULL AND r.valid_from BETWEEN first_day AND last_day
        GROUP BY r.referred_by, r.institution ORDER BY 1, 2;
END $$;

-- The revolving door: of those who left an institution in a period and were followed by nobody else, how many another
-- institution registered within some months.
CREATE FUNCTION register.revolving_door(in_epoch smallint, first_day date, last_day date, months integer)
RETURNS TABLE (left_institution integer, leavers bigint, returned bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    PERFORM may_count();
    RETURN QUERY SELECT l.institution, count(*), count(*) FILTER (WHERE EXISTS (
            SELECT 1 FROM registration n
            WHERE n.epoch = in_epoch AND n.token = l.token AND n.institution <> l.institution
              AND n.valid_from > l.valid_until
              AND n.valid_from <= (l.valid_until + make_interval(months => months))::date))
        FROM registration l
        WHERE l.epoch = in_epoch AND l.valid_until BETWEEN first_day AND last_day
          AND NOT EXISTS (SELECT 1 FROM registration o
                          WHERE o.epoch = in_epoch AND o.token = l.token AND o.institution <> l.institution
                            AND o.valid_from <= l.valid_until AND (o.valid_until IS NULL OR o.valid_until > l.valid_until))
        GROUP BY l.institution ORDER BY l.institution;
END $$;

GRANT EXECUTE ON FUNCTION register.followed_by, register.referrals, register.revolving_door TO suone_app;
