-- The open items that wait for this code, whosever they are: what workitems_settle would return of them, for whoever is about
-- to settle some. Without a title whoever acts may not read the item.
CREATE FUNCTION workitems_awaiting(of_case bigint, awaited text) RETURNS SETOF workitems_settled
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id, w.category, workitems_title(w), w.language::text, CASE WHEN workitems_title(w) <> '' THEN w.texts END,
           w.addressed_id, w.assigned_id
    FROM workitems_workitem w
    WHERE w.dossier_id = of_case AND w.state = 'open' AND w.settled_by = awaited AND awaited <> ''
      AND dossiers_has_power(of_case, 2)
    ORDER BY w.id
$$;

GRANT EXECUTE ON FUNCTION workitems_awaiting TO suone_app;
