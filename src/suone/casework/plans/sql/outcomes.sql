-- The outcome of work items about plans.

CREATE FUNCTION plans_outcome_of_review(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM plans_plan p WHERE p.id = item.about_id AND p.dossier_id = item.dossier_id
          AND (p.state = 'superseded' OR p.reviewed_at >= item.asked_at)
    ) THEN 'done' END;

-- No signature is awaited once the plan is a draft again, or the institution has left the case.
CREATE FUNCTION plans_outcome_of_signing(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN (
        SELECT CASE WHEN s.state = 'signed' AND s.round = p.round AND p.state <> 'draft' THEN 'done'
                    WHEN s.state IN ('released', 'declined') OR s.round <> p.round OR p.state = 'draft' THEN 'cancelled' END
        FROM plans_signature s JOIN plans_plan p ON p.id = s.plan_id
        WHERE s.id = item.about_id AND s.dossier_id = item.dossier_id
    );

CREATE FUNCTION plans_outcome_of_integration(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM plans_plan p WHERE p.dossier_id = item.dossier_id AND p.kind IN ('integration_plan', 'action_plan')
          AND p.binding_on >= (item.asked_at AT TIME ZONE 'Europe/Zurich')::date
    ) THEN 'done' END;

CREATE FUNCTION plans_outcome_of_agreement(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM plans_plan p WHERE p.dossier_id = item.dossier_id AND p.kind = 'target_agreement'
          AND p.binding_on >= (item.asked_at AT TIME ZONE 'Europe/Zurich')::date
    ) THEN 'done' END;

INSERT INTO workitems_outcome VALUES
    ('plan', 'plans_outcome_of_review'), ('signature', 'plans_outcome_of_signing'),
    ('plan_binding_on', 'plans_outcome_of_integration'), ('target_agreement_binding_on', 'plans_outcome_of_agreement');
