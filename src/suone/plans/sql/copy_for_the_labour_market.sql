-- As in plans.sql, with the mark of labour-market measures.
CREATE OR REPLACE FUNCTION plans_copy_content(from_plan bigint, to_plan bigint) RETURNS void
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
