-- Only recorded acts settle work items: the functions of settling.sql anew, which took the caller's word for it.
DROP FUNCTION workitems_settle(bigint, text, text, bigint, text[], text);
DROP FUNCTION workitems_leave_phase(bigint, text);
DROP FUNCTION workitems_take_over(bigint, text);

-- For each code, the function that determines from recorded acts what became of an item: 'done', 'cancelled', 'open' (it was
-- done, and what settled it no longer holds), 'stays' (only somebody else says that it is done) or NULL. The code is the type of
-- object that the item is about, or what it waits for (settled_by); '' is for all other values of settled_by, 'phase' for
-- leaving a phase. Each package registers its functions by migration.
CREATE TABLE workitems_outcome (
    code varchar(40) PRIMARY KEY,
    function text NOT NULL UNIQUE
);

CREATE FUNCTION workitems_outcome_of(item workitems_workitem, by_code text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    registered text;
    outcome text;
BEGIN
    SELECT o.function INTO registered FROM workitems_outcome o WHERE o.code = by_code;
    IF registered IS NOT NULL THEN
        EXECUTE format('SELECT %I($1)', registered) INTO outcome USING item;
    END IF;
    RETURN outcome;
END $$;

-- Whether recorded acts gave this item the wanted outcome: acts on the object that it is about, or what it waits for.
CREATE FUNCTION workitems_has_outcome(item workitems_workitem, wanted text) RETURNS boolean LANGUAGE sql STABLE
    RETURN coalesce(item.about_type <> '' AND workitems_outcome_of(item, item.about_type) = wanted, false)
        OR coalesce(workitems_outcome_of(item, CASE WHEN EXISTS (SELECT 1 FROM workitems_outcome o WHERE o.code = item.settled_by)
                                              THEN item.settled_by ELSE '' END) = wanted, false);

-- The title of an item, for those to whom its category is open.
CREATE FUNCTION workitems_title(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN actor_kind() = 'job' OR item.asked_by_id = actor_staff()
                  OR (dossiers_categories_open(item.dossier_id) & (1::bigint << item.category)) <> 0
        THEN item.title ELSE '' END;

CREATE TYPE workitems_settled AS (
    id bigint, category smallint, title text, language text, texts jsonb, addressed_id bigint, assigned_id bigint
);

-- Settles the items that wait for this code, that are about this object, or that these steps of the procedure set. The
-- caller says where to look; recorded acts determine the outcome, except that whoever leads may cancel a single item. What
-- another institution stated settles no item: it stays open, without an error, since the statement itself is recorded.
-- Whoever contributes to a case may settle items of others this way, also in categories closed to them. Only what the
-- timeline needs is returned: no details, no reason, nobody's name, no title of a closed category.
CREATE FUNCTION workitems_settle(
    of_case bigint, awaited text, kind text, number bigint, steps text[], then_state text
) RETURNS SETOF workitems_settled
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    w workitems_workitem;
BEGIN
    IF NOT dossiers_has_power(of_case, 2) OR then_state NOT IN ('done', 'cancelled') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR w IN SELECT * FROM workitems_workitem o
        WHERE o.dossier_id = of_case AND o.state = 'open' AND o.settled_by <> ''
          AND (o.settled_by = awaited AND o.step = '' OR kind <> '' AND o.about_type = kind AND o.about_id = number
               OR kind = 'workitem' AND o.id = number OR o.step = ANY (steps))
        ORDER BY o.id FOR UPDATE
    LOOP
        IF NOT workitems_has_outcome(w, then_state)
            AND NOT (then_state = 'cancelled' AND kind = 'workitem' AND dossiers_has_power(of_case, 3)) THEN
            CONTINUE WHEN then_state = 'done' AND workitems_has_outcome(w, 'stays');
            RAISE EXCEPTION 'no recorded act settles work item %', w.id USING ERRCODE = 'insufficient_privilege';
        END IF;
        UPDATE workitems_workitem o
            SET state = then_state,
                done_at = CASE WHEN then_state = 'done' THEN statement_timestamp() END,
                done_by_id = CASE WHEN then_state = 'done' THEN actor_staff() END
            WHERE o.id = w.id;
        RETURN NEXT (w.id, w.category, workitems_title(w), w.language::text,
                     CASE WHEN workitems_title(w) <> '' THEN w.texts END, w.addressed_id, w.assigned_id);
    END LOOP;
END $$;

-- What settled an item was corrected or taken back: it is to be done again.
CREATE FUNCTION workitems_open_again(of_case bigint, awaited text) RETURNS SETOF workitems_settled
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    w workitems_workitem;
BEGIN
    IF NOT dossiers_has_power(of_case, 2) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR w IN SELECT * FROM workitems_workitem o
        WHERE o.dossier_id = of_case AND o.state = 'done' AND o.settled_by = awaited AND o.about_type = '' ORDER BY o.id FOR UPDATE
    LOOP
        IF workitems_has_outcome(w, 'open') THEN
            UPDATE workitems_workitem o SET state = 'open', done_at = NULL, done_by_id = NULL WHERE o.id = w.id;
            RETURN NEXT (w.id, w.category, workitems_title(w), w.language::text,
                         CASE WHEN workitems_title(w) <> '' THEN w.texts END, w.addressed_id, w.assigned_id);
        END IF;
    END LOOP;
END $$;

-- The case leaves a phase: its open items are cancelled; those about an object of their own stay open. That the case has
-- left the phase since the item was set is looked up where it is recorded.
CREATE FUNCTION workitems_leave_phase(of_case bigint, phase text) RETURNS SETOF workitems_settled
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    w workitems_workitem;
BEGIN
    IF NOT dossiers_has_power(of_case, 2) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR w IN SELECT * FROM workitems_workitem o
        WHERE o.dossier_id = of_case AND o.state = 'open' AND starts_with(o.step, phase || '/') ORDER BY o.id FOR UPDATE
    LOOP
        IF workitems_outcome_of(w, 'phase') IS DISTINCT FROM 'cancelled' THEN
            RAISE EXCEPTION 'the case has not left the phase of work item %', w.id USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF w.about_type <> '' THEN
            UPDATE workitems_workitem o SET step = '' WHERE o.id = w.id;
        ELSE
            UPDATE workitems_workitem o SET state = 'cancelled', done_at = NULL WHERE o.id = w.id;
            RETURN NEXT (w.id, w.category, workitems_title(w), w.language::text,
                         CASE WHEN workitems_title(w) <> '' THEN w.texts END, w.addressed_id, w.assigned_id);
        END IF;
    END LOOP;
END $$;

-- One act, one item: the new item of an act replaces the one that the procedure set for the same code, and takes over its
-- step.
CREATE FUNCTION workitems_take_over(new_item bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    n workitems_workitem;
    taken text;
BEGIN
    SELECT * INTO n FROM workitems_workitem w WHERE w.id = new_item AND w.state = 'open' AND w.settled_by <> ''
        AND w.about_type <> '' AND w.asked_by_id IS NOT DISTINCT FROM actor_staff();
    IF NOT FOUND OR NOT dossiers_has_power(n.dossier_id, 2) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH over AS (
        UPDATE workitems_workitem w SET state = 'cancelled'
            WHERE w.dossier_id = n.dossier_id AND w.state = 'open' AND w.settled_by = n.settled_by AND w.about_type = ''
            RETURNING w.id, w.step)
    SELECT o.step INTO taken FROM over o WHERE o.step <> '' ORDER BY o.id LIMIT 1;
    UPDATE workitems_workitem w SET step = taken WHERE w.id = new_item AND w.step = '' AND taken <> '';
    RETURN coalesce(taken, '');
END $$;

GRANT EXECUTE ON FUNCTION workitems_settle, workitems_open_again, workitems_leave_phase, workitems_take_over TO suone_app;
