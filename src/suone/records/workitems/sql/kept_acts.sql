-- The acts that are kept settle work items: the functions of settling.sql, which took the deed as an argument, made anew.
DROP FUNCTION workitems_settle(bigint, text, text, bigint, text[], text);
DROP FUNCTION workitems_leave_phase(bigint, text);
DROP FUNCTION workitems_take_over(bigint, text);

-- What a kept act says of a work item: 'done', 'cancelled' or nothing. Each word names the function of the package whose act
-- it is: the kind of thing that an item belongs to, or the deed that it waits for; '' is for deeds without a function of
-- their own, 'phase' says that a phase is over. Registered by migrations alone.
CREATE TABLE workitems_deed (
    word varchar(40) PRIMARY KEY,
    says text NOT NULL UNIQUE
);

CREATE FUNCTION workitems_said(item workitems_workitem, by_word text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked text;
    said text;
BEGIN
    SELECT d.says INTO asked FROM workitems_deed d WHERE d.word = by_word;
    IF asked IS NOT NULL THEN
        EXECUTE format('SELECT %I($1)', asked) INTO said USING item;
    END IF;
    RETURN said;
END $$;

-- Whether the acts that are kept say so of this item: those on the thing that it belongs to, or the deed that it waits for.
CREATE FUNCTION workitems_is_kept(item workitems_workitem, wanted text) RETURNS boolean LANGUAGE sql STABLE
    RETURN coalesce(item.about_type <> '' AND workitems_said(item, item.about_type) = wanted, false)
        OR coalesce(workitems_said(item, CASE WHEN EXISTS (SELECT 1 FROM workitems_deed d WHERE d.word = item.settled_by)
                                              THEN item.settled_by ELSE '' END) = wanted, false);

-- The title of an item, for those to whom its category is open.
CREATE FUNCTION workitems_title(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN actor_kind() = 'job' OR item.asked_by_id = actor_staff()
                  OR (dossiers_categories_open(item.dossier_id) & (1::bigint << item.category)) <> 0
        THEN item.title ELSE '' END;

CREATE TYPE workitems_settled AS (
    id bigint, category smallint, title text, language text, texts jsonb, addressed_id bigint, assigned_id bigint
);

-- The act was done: what waits for this deed, what belongs to this thing, or what these steps of the procedure set. The
-- caller says where to look; the acts that are kept say what became of it, save that whoever leads may say of a single item
-- that it need not be done.
-- Whoever contributes to a case may do acts that settle what others are to do, in categories closed to them too. What comes
-- back is what the timeline is told, and nothing else: no details, no reason, nobody's name, no title that is closed.
CREATE FUNCTION workitems_settle(
    of_case bigint, deed text, kind text, number bigint, steps text[], then_state text
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
          AND (o.settled_by = deed AND o.step = '' OR kind <> '' AND o.about_type = kind AND o.about_id = number
               OR kind = 'workitem' AND o.id = number OR o.step = ANY (steps))
        ORDER BY o.id FOR UPDATE
    LOOP
        IF NOT workitems_is_kept(w, then_state)
            AND NOT (then_state = 'cancelled' AND kind = 'workitem' AND dossiers_has_power(of_case, 3)) THEN
            RAISE EXCEPTION 'no act is kept that settles work item %', w.id USING ERRCODE = 'insufficient_privilege';
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

-- The case leaves a phase: what the phase set and nobody did is cancelled; what belongs to something else goes on. That
-- the case has left it since the item was set is kept elsewhere, and asked there.
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
        IF workitems_said(w, 'phase') IS DISTINCT FROM 'cancelled' THEN
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

-- One act, one item. An act asks for something that the procedure asks already: the act's own item takes its place, and
-- the step whose item it was. Which deed it is stands in the item that whoever acts has just asked for.
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

GRANT EXECUTE ON FUNCTION workitems_settle, workitems_leave_phase, workitems_take_over TO suone_app;
