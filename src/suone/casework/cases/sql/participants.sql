-- Nobody answers for another institution: the lead withdraws its request, or ends its part in the case.
CREATE FUNCTION cases_participant_of_itself() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() = 'staff' AND OLD.institution_id IS DISTINCT FROM actor_institution()
       AND (NEW.state, NEW.staff_id) IS DISTINCT FROM ('left', OLD.staff_id) THEN
        RAISE EXCEPTION 'each institution takes part by its own answer' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_participant_of_itself BEFORE UPDATE ON cases_participant FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION cases_participant_of_itself();
