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

-- A plan goes out for signature, and becomes binding, by these two functions alone: who has to sign is not for the sender
-- to choose. A new round asks every institution that takes part, and the person.
CREATE FUNCTION plans_put_up(submitted bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE plans_plan p SET state = 'in_signing', round = p.round + 1, put_up_on = appointments_today(),
                            put_up_by_id = actor_staff(), version = p.version + 1
        WHERE p.id = submitted AND p.state = 'draft' AND actor_kind() = 'staff' AND dossiers_has_power(p.dossier_id, 2);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'only a contributor submits a draft for signature' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO plans_signature (plan_id, dossier_id, round, institution_id, staff_id, state, form)
        SELECT plan.id, plan.dossier_id, plan.round, party.institution_id, party.staff_id, 'waiting', ''
        FROM plans_plan plan CROSS JOIN LATERAL (
            SELECT c.institution_id, c.staff_id, c.id AS place FROM cases_participant c
            WHERE c.dossier_id = plan.dossier_id AND c.state = 'taking_part'
            UNION ALL SELECT NULL, NULL, NULL
        ) party
        WHERE plan.id = submitted ORDER BY party.place NULLS LAST;
END $$;

-- Every signature of the round is settled, and at least one was given; the binding version before is superseded.
CREATE FUNCTION plans_bind(signed bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    plan plans_plan;
    states text[];
BEGIN
    SELECT * INTO plan FROM plans_plan p
        WHERE p.id = signed AND p.state = 'in_signing' AND dossiers_has_power(p.dossier_id, 2) FOR UPDATE;
    SELECT array_agg(s.state) INTO states FROM plans_signature s WHERE s.plan_id = plan.id AND s.round = plan.round;
    IF NOT coalesce('signed' = ANY (states) AND states <@ ARRAY['signed', 'released'], false) THEN
        RAISE EXCEPTION 'a plan binds once every signature is settled' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE plans_plan p SET state = 'superseded', version = p.version + 1
        WHERE p.dossier_id = plan.dossier_id AND p.kind = plan.kind AND p.state = 'binding';
    UPDATE plans_plan p SET state = 'binding', binding_on = appointments_today(), version = p.version + 1
        WHERE p.id = plan.id;
END $$;

-- What remains for the app's role: discarding a draft, taking a plan back from signature, and the day of a review.
CREATE FUNCTION plans_plan_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a plan does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER plans_plan_moves BEFORE UPDATE ON plans_plan FOR EACH ROW
    WHEN (current_user = 'suone_app' AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'draft'), ('draft', 'dropped'), ('in_signing', 'draft'), ('binding', 'binding')))
    EXECUTE FUNCTION plans_plan_moves();

-- A signature is given in the round for which it was asked, not before the plan was submitted; the database says by whom.
CREATE FUNCTION plans_signature_is_answered() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    plan plans_plan;
BEGIN
    SELECT * INTO plan FROM plans_plan p WHERE p.id = NEW.plan_id;
    IF plan.state IS DISTINCT FROM 'in_signing' OR plan.round <> NEW.round
       OR NEW.state = 'signed' AND NOT coalesce(NEW.signed_on BETWEEN plan.put_up_on AND appointments_today(), false) THEN
        RAISE EXCEPTION 'this signature is not awaited' USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.recorded_at := statement_timestamp();
    NEW.recorded_by_id := actor_staff();
    IF NEW.institution_id IS NOT NULL AND NEW.state <> 'released' THEN
        NEW.staff_id := actor_staff();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plans_signature_is_answered BEFORE UPDATE ON plans_signature FOR EACH ROW
    WHEN (current_user = 'suone_app' AND OLD.state = 'waiting' AND NEW.state <> 'waiting')
    EXECUTE FUNCTION plans_signature_is_answered();

-- A plan submitted for signature does not change; only state and result of a measure do. The lock holds up a submission
-- that has not seen the line, and a line that has not seen the submission.
CREATE FUNCTION plans_stays_as_signed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    course text[] := ARRAY['state', 'result', 'version'];
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'plans_measure' AND (to_jsonb(NEW) - course) = (to_jsonb(OLD) - course) THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM plans_plan p WHERE p.id = coalesce(NEW.plan_id, OLD.plan_id) AND p.state = 'draft' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a plan that was put up for signature is not changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER plans_entry_stays_as_signed BEFORE INSERT OR UPDATE OR DELETE ON plans_entry FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION plans_stays_as_signed();
CREATE TRIGGER plans_measure_stays_as_signed BEFORE INSERT OR UPDATE OR DELETE ON plans_measure FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION plans_stays_as_signed();

GRANT EXECUTE ON FUNCTION plans_copy_content, plans_put_up, plans_bind TO suone_app;
