-- What a procedure needs of the background: whether there is a question, and the number of risk factors. A case proceeds
-- the same way whoever takes the next step, so all categories count; no text and no category is returned.
CREATE FUNCTION cases_counted_background(case_id bigint) RETURNS TABLE (has_question boolean, risk_factors integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((SELECT trim(b.text) <> '' FROM cases_background b
                     WHERE b.dossier_id = case_id AND b.kind = 'question' ORDER BY b.id DESC LIMIT 1), false),
           (SELECT count(DISTINCT b.risk_factor)::integer FROM cases_background b
            WHERE b.dossier_id = case_id AND b.kind = 'risk_factor')
    WHERE dossiers_has_power(case_id, 1)
$$;

GRANT EXECUTE ON FUNCTION cases_counted_background TO suone_app;
