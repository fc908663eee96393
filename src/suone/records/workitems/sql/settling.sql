-- A work item belongs to the institution it is addressed to; if an act settles it, only that act does.

-- Guards direct changes of the state, and of the columns that decide who may change it.
CREATE FUNCTION workitems_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF current_user <> 'suone_app' THEN
        RETURN NEW;  -- one of the functions below, which check the actor themselves
    END IF;
    IF NEW.settled_by <> OLD.settled_by OR NEW.addressed_id <> OLD.addressed_id OR NEW.dossier_id <> OLD.dossier_id THEN
        RAISE EXCEPTION 'a work item stays with whom it was addressed to' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF OLD.settled_by <> '' THEN
        RAISE EXCEPTION 'the act alone settles this work item' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.addressed_id IS DISTINCT FROM actor_institution() THEN
        IF NEW.state <> 'open' AND NEW.reason = '' THEN
            RAISE EXCEPTION 'the reason is missing' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF NOT dossiers_has_power(OLD.dossier_id, 3)
            AND (NEW.state = 'done' OR OLD.controlling_id IS DISTINCT FROM actor_institution()) THEN
            RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER workitems_guard BEFORE UPDATE ON workitems_workitem FOR EACH ROW EXECUTE FUNCTION workitems_guard();

-- Settles the items that wait for this code, that are about this object, or that these steps of the procedure set.
-- Whoever contributes to a case may settle items of others this way, also in categories closed to them. Only what the
-- timeline needs is returned: no details, no reason, nobody's name.
CREATE FUNCTION workitems_settle(
    of_case bigint, awaited text, kind text, number bigint, steps text[], then_state text
) RETURNS TABLE (id bigint, category smallint, title text, language text, texts jsonb, addressed_id bigint, assigned_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT dossiers_has_power(of_case, 2) OR then_state NOT IN ('done', 'cancelled') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY UPDATE workitems_workitem w
        SET state = then_state,
            done_at = CASE WHEN then_state = 'done' THEN statement_timestamp() END,
            done_by_id = CASE WHEN then_state = 'done' THEN actor_staff() END
        WHERE w.dossier_id = of_case AND w.state = 'open' AND w.settled_by <> ''
          AND (w.settled_by = awaited AND w.step = '' OR kind <> '' AND w.about_type = kind AND w.about_id = number
               OR kind = 'workitem' AND w.id = number OR w.step = ANY (steps))
        RETURNING w.id, w.category, w.title::text, w.language::text, w.texts, w.addressed_id, w.assigned_id;
END $$;

-- The case leaves a phase: its open items are cancelled; those about an object of their own stay open.
CREATE FUNCTION workitems_leave_phase(of_case bigint, phase text)
RETURNS TABLE (id bigint, category smallint, title text, language text, texts jsonb, addressed_id bigint, assigned_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT dossiers_has_power(of_case, 2) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE workitems_workitem w SET step = ''
        WHERE w.dossier_id = of_case AND w.state = 'open' AND starts_with(w.step, phase || '/') AND w.about_type <> '';
    RETURN QUERY UPDATE workitems_workitem w SET state = 'cancelled', done_at = NULL
        WHERE w.dossier_id = of_case AND w.state = 'open' AND starts_with(w.step, phase || '/')
        RETURNING w.id, w.category, w.title::text, w.language::text, w.texts, w.addressed_id, w.assigned_id;
END $$;

-- One act, one item: the new item of an act replaces the one that the procedure set for the same code. Returns the step
-- that it takes over.
CREATE FUNCTION workitems_take_over(of_case bigint, awaited text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    taken text;
BEGIN
    IF NOT dossiers_has_power(of_case, 2) OR awaited = '' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH over AS (
        UPDATE workitems_workitem w SET state = 'cancelled'
            WHERE w.dossier_id = of_case AND w.state = 'open' AND w.settled_by = awaited AND w.about_type = ''
            RETURNING w.id, w.step)
    SELECT o.step INTO taken FROM over o WHERE o.step <> '' ORDER BY o.id LIMIT 1;
    RETURN coalesce(taken, '');
END $$;

-- The other way round: if an act has set such an item before, the procedure counts it as its step's.
CREATE FUNCTION workitems_join_step(of_case bigint, awaited text, new_step text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    joined bigint;
BEGIN
    IF NOT dossiers_has_power(of_case, 2) OR awaited = '' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE workitems_workitem w SET step = new_step
        WHERE w.id = (SELECT min(o.id) FROM workitems_workitem o
                      WHERE o.dossier_id = of_case AND o.state = 'open' AND o.settled_by = awaited
                        AND o.about_type <> '' AND o.step = '')
        RETURNING w.id INTO joined;
    RETURN joined;
END $$;

-- The steps of the procedure that have been set, and when; without texts, since whoever acts may not be able to read them.
CREATE FUNCTION workitems_steps(of_case bigint)
RETURNS TABLE (step text, state text, asked_at timestamptz, done_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.step, w.state, w.asked_at, w.done_at FROM workitems_workitem w
    WHERE w.dossier_id = of_case AND w.step <> '' AND dossiers_has_power(of_case, 2) ORDER BY w.id
$$;

GRANT EXECUTE ON FUNCTION workitems_settle, workitems_leave_phase, workitems_take_over, workitems_join_step,
    workitems_steps TO suone_app;
