-- The lead decides on state, level and procedure of a case. Whoever contributes moves it only as far as its procedure goes on
-- by itself when they report a fact: in an open state, with a passage that names them in the same transaction. What a phase
-- requires only the engine knows, so that this does not prove the move.
CREATE FUNCTION leading_passes_now(case_id bigint, old_phase text, new_phase text, in_round integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM leading_passage p
        WHERE p.dossier_id = case_id AND p.staff_id = actor_staff() AND p.at >= transaction_timestamp()
          AND (old_phase IS NULL OR (p.from_phase, p.to_phase, p.round) = (old_phase, new_phase, in_round)))
$$;

CREATE FUNCTION leading_case_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT dossiers_has_power(OLD.dossier_id, 3)
       AND ((NEW.level, NEW.outcome, NEW.closing_reason, NEW.closed_on)
                IS DISTINCT FROM (OLD.level, OLD.outcome, OLD.closing_reason, OLD.closed_on)
            OR OLD.state NOT IN ('notified', 'in_triage', 'active', 'in_aftercare')
            OR NEW.state NOT IN ('in_triage', 'active', 'in_aftercare')
            OR NOT leading_passes_now(OLD.dossier_id, NULL, NULL, NULL)) THEN
        RAISE EXCEPTION 'the lead alone moves a case like this' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER leading_case_moves BEFORE UPDATE ON cases_case FOR EACH ROW
    WHEN (current_user = 'suone_app' AND (NEW.state, NEW.level, NEW.outcome, NEW.closing_reason, NEW.closed_on)
          IS DISTINCT FROM (OLD.state, OLD.level, OLD.outcome, OLD.closing_reason, OLD.closed_on))
    EXECUTE FUNCTION leading_case_moves();

CREATE FUNCTION leading_course_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT dossiers_has_power(OLD.dossier_id, 3)
       AND (NEW.version_id <> OLD.version_id OR NEW.round - OLD.round NOT IN (0, 1)
            OR NOT leading_passes_now(OLD.dossier_id, OLD.phase, NEW.phase, NEW.round)) THEN
        RAISE EXCEPTION 'the lead alone moves a case like this' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER leading_course_moves BEFORE UPDATE ON leading_course FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION leading_course_moves();
