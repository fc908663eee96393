-- Questions and answers. An institution only learns about persons whom it has registered itself and still follows.

CREATE FUNCTION register.follows(own integer, in_epoch smallint, about uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = register, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM registration r WHERE r.epoch = in_epoch AND r.token = about AND r.institution = own
                   AND r.valid_until IS NULL)
$$;

-- The registrations of others, open ones first. Every question is stored, answered or not; from outside both look the
-- same.
CREATE FUNCTION register.look_up(in_epoch smallint, about uuid, for_purpose text, OUT entitled boolean,
                                 OUT touches_canary boolean, OUT answers jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
DECLARE
    own integer := acting_institution('register.use');
BEGIN
    entitled := follows(own, in_epoch, about);
    INSERT INTO question (epoch, token, institution, staff, purpose, entitled)
        VALUES (in_epoch, about, own, actor_staff(), for_purpose, look_up.entitled);
    touches_canary := EXISTS (SELECT 1 FROM canary c WHERE c.epoch = in_epoch AND c.token = about);
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'institution', r.institution, 'office', r.office, 'worker', r.worker, 'valid_from', r.valid_from,
               'valid_until', r.valid_until) ORDER BY r.valid_until DESC NULLS FIRST, r.valid_from DESC), '[]')
        INTO answers FROM registration r
        WHERE look_up.entitled AND r.epoch = in_epoch AND r.token = about AND r.institution <> own;
END $$;

-- Questions asked by the acting institution and staff member since a moment, for the quotas.
CREATE FUNCTION register.asked_since(moment timestamptz, OUT by_institution bigint, OUT by_staff bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
    SELECT count(*), count(*) FILTER (WHERE q.staff = actor_staff()) FROM question q
    WHERE q.institution = actor_institution() AND q.at >= moment
$$;

-- Who asked about a person: for an institution that follows the person, to show it to them on request.
CREATE FUNCTION register.questions_about(in_epoch smallint, about uuid)
RETURNS TABLE (at timestamptz, institution integer, purpose text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    IF NOT follows(acting_institution('register.use'), in_epoch, about) THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT q.at, q.institution, q.purpose FROM question q
        WHERE q.epoch = in_epoch AND q.token = about AND q.entitled ORDER BY q.id DESC LIMIT 200;
END $$;

-- The acting institution's registrations of one person.
CREATE FUNCTION register.own_registrations(in_epoch smallint, about uuid)
RETURNS TABLE (valid_from date, valid_until date, office integer, worker integer, reference text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT r.valid_from, r.valid_until, r.office, r.worker, r.reference FROM registration r
        WHERE r.epoch = in_epoch AND r.token = about AND r.institution = acting_institution('register.use')
        ORDER BY r.valid_from DESC;
END $$;

-- All that the acting institution follows and others follow too, by its own reference; the page after a position.
CREATE FUNCTION register.also_elsewhere(in_epoch smallint, after_token uuid, of_office integer, at_most integer)
RETURNS TABLE (token uuid, reference text, office integer, worker integer, since date, others jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
DECLARE
    own integer := acting_institution('register.use');
BEGIN
    RETURN QUERY SELECT r.token, r.reference, r.office, r.worker, r.valid_from, met.others
        FROM registration r CROSS JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object('institution', o.institution, 'office', o.office, 'worker', o.worker,
                                                'valid_from', o.valid_from, 'valid_until', o.valid_until)
                             ORDER BY o.valid_from DESC) AS others
            FROM registration o
            WHERE o.epoch = in_epoch AND o.token = r.token AND o.institution <> own AND o.valid_until IS NULL) met
        WHERE r.epoch = in_epoch AND r.institution = own AND r.valid_until IS NULL AND met.others IS NOT NULL
          AND (after_token IS NULL OR r.token > after_token) AND (of_office IS NULL OR r.office = of_office)
        ORDER BY r.token LIMIT at_most;
END $$;

-- Numbers to be turned into tokens are counted; returns today's count so far. It never goes down.
CREATE FUNCTION register.count_evaluations(numbers integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
    INSERT INTO evaluation AS e (institution, day, numbers)
        VALUES (acting_institution('register.use'), appointments_today(), count_evaluations.numbers)
        ON CONFLICT (institution, day) DO UPDATE SET numbers = e.numbers + excluded.numbers RETURNING e.numbers
$$;

-- One day's use, for the office: what each institution asked, registered and had turned into tokens.
CREATE FUNCTION register.use_on(day date) RETURNS TABLE (
    institution integer, questions bigint, refused bigint, askers bigint, tokens bigint, deliveries bigint,
    added bigint, ended bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' AND NOT actor_may('register.oversee') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
        SELECT e.institution_id::integer, coalesce(q.questions, 0), coalesce(q.refused, 0), coalesce(q.askers, 0),
               coalesce(v.numbers, 0)::bigint, coalesce(d.deliveries, 0), coalesce(d.added, 0), coalesce(d.ended, 0)
        FROM register_enrolment e
        LEFT JOIN (SELECT k.institution, count(*) AS questions, count(*) FILTER (WHERE NOT k.entitled) AS refused,
                          count(DISTINCT k.staff) AS askers
                   FROM question k WHERE (k.at AT TIME ZONE 'Europe/Zurich')::date = use_on.day GROUP BY k.institution) q
            ON q.institution = e.institution_id
        LEFT JOIN evaluation v ON v.institution = e.institution_id AND v.day = use_on.day
        LEFT JOIN (SELECT k.institution, count(*) AS deliveries, sum(k.added) AS added, sum(k.ended) AS ended
                   FROM delivery k WHERE k.state = 'applied' AND k.epoch = (SELECT c.number FROM epoch c WHERE c.state = 'current')
                     AND (k.applied_at AT TIME ZONE 'Europe/Zurich')::date = use_on.day GROUP BY k.institution) d
            ON d.institution = e.institution_id
        ORDER BY e.institution_id;
END $$;

-- The institution's deliveries, newest first.
CREATE FUNCTION register.deliveries_of_mine(at_most integer) RETURNS SETOF register.delivery
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
    SELECT d.* FROM delivery d WHERE d.institution = actor_institution()
        AND (actor_may('register.use') OR actor_may('register.deliver'))
        AND d.kind <> 'single' ORDER BY d.id DESC LIMIT at_most
$$;

-- Numbers typed into the form, to derive their tokens in another epoch: by a job alone.
CREATE FUNCTION register.sealed_in(from_epoch smallint)
RETURNS TABLE (institution integer, token uuid, valid_from date, valid_until date, office integer, worker integer,
               referred_by integer, reference text, sealed bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT r.institution, r.token, r.valid_from, r.valid_until, r.office, r.worker, r.referred_by,
                        r.reference, r.sealed
        FROM registration r WHERE r.epoch = from_epoch AND r.sealed IS NOT NULL;
END $$;

CREATE FUNCTION register.keep_sealed(
    in_epoch smallint, institutions integer[], tokens uuid[], froms date[], untils date[], offices integer[],
    workers integer[], referrers integer[], "references" text[], seals bytea[]
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
DECLARE
    kept integer;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO registration (epoch, institution, token, valid_from, valid_until, office, worker, referred_by,
                              reference, sealed)
        SELECT in_epoch, r.* FROM unnest(institutions, tokens, froms, untils, offices, workers, referrers,
                                         "references", seals) AS r
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END $$;

CREATE FUNCTION register.canaries(of_epoch smallint) RETURNS SETOF register.canary
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT c.* FROM canary c WHERE c.epoch = of_epoch;
END $$;

CREATE FUNCTION register.keep_canary(in_epoch smallint, about uuid, seal bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = register, public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO canary (epoch, token, sealed) VALUES (in_epoch, about, seal) ON CONFLICT DO NOTHING;
END $$;

GRANT EXECUTE ON FUNCTION register.look_up, register.asked_since, register.questions_about,
    register.own_registrations, register.also_elsewhere, register.count_evaluations, register.use_on,
    register.deliveries_of_mine, register.sealed_in, register.keep_sealed, register.canaries, register.keep_canary TO suone_app;
