-- The condition of a step of the procedure no longer holds: its open items are withdrawn. Without their step they say nothing of
-- it, so that it sets them anew if the condition comes true again; those about an object of their own stay open for its act.
-- Only the engine knows the condition; that something was stated since the item was set is looked up where it is recorded.
CREATE FUNCTION workitems_withdraw(of_case bigint, steps text[]) RETURNS SETOF workitems_settled
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    w workitems_workitem;
BEGIN
    IF NOT dossiers_has_power(of_case, 2) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR w IN SELECT * FROM workitems_workitem o
        WHERE o.dossier_id = of_case AND o.state = 'open' AND o.step = ANY (steps) ORDER BY o.id FOR UPDATE
    LOOP
        IF workitems_outcome_of(w, 'condition') IS DISTINCT FROM 'cancelled' THEN
            CONTINUE;
        END IF;
        UPDATE workitems_workitem o
            SET step = '', state = CASE WHEN w.about_type = '' THEN 'cancelled' ELSE o.state END WHERE o.id = w.id;
        IF w.about_type = '' THEN
            RETURN NEXT (w.id, w.category, workitems_title(w), w.language::text,
                         CASE WHEN workitems_title(w) <> '' THEN w.texts END, w.addressed_id, w.assigned_id);
        END IF;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION workitems_withdraw TO suone_app;
