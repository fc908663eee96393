-- Whoever is named for an institution works there: its contact persons with their deputies, and who is responsible for
-- the key of its system. Checked when somebody is named, not again after they have left. The arguments name the columns.
CREATE FUNCTION appointments_check_who_answers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    named text;
    answering bigint;
BEGIN
    FOREACH named IN ARRAY TG_ARGV LOOP
        answering := (to_jsonb(NEW) ->> named)::bigint;
        CONTINUE WHEN answering IS NULL;
        IF TG_OP = 'UPDATE' THEN
            CONTINUE WHEN answering IS NOT DISTINCT FROM (to_jsonb(OLD) ->> named)::bigint;
        END IF;
        IF NOT EXISTS (SELECT 1 FROM appointments_appointment a
                       WHERE a.id = answering AND a.institution_id = NEW.institution_id
                         AND appointments_works(a, appointments_today())) THEN
            RAISE EXCEPTION 'whoever answers for an institution works there'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'who_answers_works_there', TABLE = TG_TABLE_NAME;
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER who_answers_works_there BEFORE INSERT OR UPDATE ON appointments_contactperson
    FOR EACH ROW EXECUTE FUNCTION appointments_check_who_answers('staff_id', 'deputy_id');
CREATE TRIGGER who_answers_works_there BEFORE INSERT ON appointments_partnersystem
    FOR EACH ROW EXECUTE FUNCTION appointments_check_who_answers('responsible_id');

-- Nobody gives access to themselves: an administrator creates a key for which another account answers.
CREATE FUNCTION appointments_check_key_of_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() = 'staff' AND EXISTS (
        SELECT 1 FROM appointments_appointment own JOIN appointments_appointment named
            ON named.id = own.id OR named.user_id = own.user_id
        WHERE own.id = actor_staff() AND named.id = NEW.responsible_id) THEN
        RAISE EXCEPTION 'nobody answers for a key that they create themselves'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'partner_system_of_another', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER partner_system_of_another AFTER INSERT ON appointments_partnersystem
    FOR EACH ROW EXECUTE FUNCTION appointments_check_key_of_another();
