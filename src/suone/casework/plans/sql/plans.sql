-- A new version starts as a full copy of the previous one, including closed categories: whoever changes the plan must not
-- lose what they cannot read. Lines keep their id, so that versions can be compared.
CREATE FUNCTION plans_copy_content(from_plan bigint, to_plan bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM plans_plan old JOIN plans_plan new ON new.previous_id = old.id AND new.dossier_id = old.dossier_id
        WHERE old.id = from_plan AND new.id = to_plan AND new.state = 'draft' AND dossiers_has_power(new.dossier_id, 2)
    ) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO plans_entry (plan_id, dossier_id, line, kind, category, text, language, version)
        SELECT to_plan, dossier_id, line, kind, category, text, language, 1
        FROM plans_entry WHERE plan_id = from_plan ORDER BY id;
    INSERT INTO plans_measure (plan_id, dossier_id, line, goal_line, category, title, language, institution_id, staff_id,
                               offer_id, payer_id, payer_text, from_on, until_on, is_for_labour_market, state, result,
                               version)
        SELECT to_plan, dossier_id, line, goal_line, category, title, language, institution_id, staff_id,
               offer_id, payer_id, payer_text, from_on, until_on, is_for_labour_market, state, result, 1
        FROM plans_measure WHERE plan_id = from_plan ORDER BY id;
END $$;

-- A plan submitted for signature does not change; only state and result of a measure do.
CREATE FUNCTION plans_measure_stays_as_signed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    course text[] := ARRAY['state', 'result', 'version'];
BEGIN
    IF (to_jsonb(NEW) - course) IS DISTINCT FROM (to_jsonb(OLD) - course)
       AND EXISTS (SELECT 1 FROM plans_plan WHERE id = OLD.plan_id AND state <> 'draft') THEN
        RAISE EXCEPTION 'a plan that was put up for signature is not changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER plans_measure_stays_as_signed BEFORE UPDATE ON plans_measure
    FOR EACH ROW EXECUTE FUNCTION plans_measure_stays_as_signed();

GRANT EXECUTE ON FUNCTION plans_copy_content TO suone_app;
