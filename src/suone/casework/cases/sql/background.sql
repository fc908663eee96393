-- What a procedure asks of the background: whether there is a question, and how many risk factors are noted. The case goes
-- on the same way whoever does the next step, so it is counted over all categories; no word and no category comes out.
CREATE FUNCTION cases_counted_background(case_id bigint) RETURNS TABLE (has_question boolean, risk_factors integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((SELECT trim(b.text) <> '' FROM cases_background b
                     WHERE b.dossier_id = case_id AND b.kind = 'question' ORDER BY b.id DESC LIMIT 1), false),
           (SELECT count(DISTINCT b.risk_factor)::integer FROM cases_background b
            WHERE b.dossier_id = case_id AND b.kind = 'risk_factor')
    WHERE dossiers_has_power(case_id, 1)
$$;

GRANT EXECUTE ON FUNCTION cases_counted_background TO suone_app;
