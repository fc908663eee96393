-- A suspended case is resumed: due days of open items are postponed by the time of the suspension, or by as long as the
-- item was open during it, to a working day. This applies to items of every institution and category; only the lead
-- resumes a case.
CREATE FUNCTION leading_move_deadlines(case_id bigint, days_off date[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET TimeZone = 'Europe/Zurich' AS $$
DECLARE
    since date;
    moved integer;
BEGIN
    SELECT c.state_since INTO since FROM cases_case c WHERE c.dossier_id = case_id AND c.state = 'suspended';
    IF NOT FOUND OR NOT dossiers_has_power(case_id, 3) THEN
        RAISE EXCEPTION 'the case does not rest, or another institution leads it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE workitems_workitem w
        SET due_on = (
                SELECT min(d)::date
                FROM generate_series(w.due_on + rested.days, w.due_on + rested.days + 30, interval '1 day') d
                WHERE extract(isodow FROM d) < 6 AND d::date <> ALL (days_off)),
            version = w.version + 1
        FROM (SELECT i.id, appointments_today() - greatest(since, i.asked_at::date) AS days FROM workitems_workitem i
              WHERE i.dossier_id = case_id AND i.state = 'open') rested
        WHERE w.id = rested.id AND rested.days > 0;
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END $$;

GRANT EXECUTE ON FUNCTION leading_move_deadlines TO suone_app;
