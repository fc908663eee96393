-- Whether whoever acts may replace a statement: one that they can read, of this case, fact and category, that their own
-- institution made or, if they lead the case, any institution. What follows from an act is corrected by acts.
CREATE FUNCTION leading_may_replace(fact_id bigint, case_id bigint, code text, of_category integer) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN actor_kind() = 'staff' AND EXISTS (
        SELECT 1 FROM leading_knownfact f
        WHERE f.id = fact_id AND f.dossier_id = case_id AND f.fact = code AND f.category = of_category
          AND f.is_stated AND f.value IS NOT NULL
          AND (f.institution_id = actor_institution() OR dossiers_has_power(case_id, 3))
          AND (f.staff_id = actor_staff() OR (dossiers_categories_open(case_id) & (1::bigint << f.category)) <> 0));
END $$;

GRANT EXECUTE ON FUNCTION leading_may_replace TO suone_app;
