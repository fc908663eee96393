-- Of a case knows whoever has, or checks, something to do in it.
CREATE FUNCTION workitems_are_for(institution bigint, case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM workitems_workitem w
        WHERE w.dossier_id = case_id AND institution IN (w.addressed_id, w.controlling_id))
$$;
INSERT INTO inbox_tie VALUES ('workitems_are_for', 'recipient');
