-- The case has a plan, or a binding one of the kind.
CREATE FUNCTION plans_report(known leading_knownfact) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM plans_plan p
        WHERE p.dossier_id = known.dossier_id AND CASE known.fact
            WHEN 'plan_drafted' THEN p.state <> 'dropped'
            WHEN 'target_agreement_binding_on' THEN p.state = 'binding' AND p.kind = 'target_agreement'
            WHEN 'plan_binding_on' THEN p.state = 'binding' AND p.kind <> 'target_agreement'
            WHEN 'plan_review_on' THEN p.state = 'binding'
            WHEN 'labour_measures' THEN EXISTS (
                SELECT 1 FROM plans_measure e WHERE e.plan_id = p.id AND e.is_for_labour_market) END)
$$;
INSERT INTO leading_report VALUES
    ('plans_report', '{plan_drafted,target_agreement_binding_on,plan_binding_on,plan_review_on,labour_measures}');
