-- Who holds which role, and who may give, approve and end it. The app's role writes roles through these functions alone:
-- they determine who acts by themselves, and decide by stored rows, never by arguments. The same rules are in rules.py.

CREATE FUNCTION appointments_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (statement_timestamp() AT TIME ZONE 'Europe/Zurich')::date;

-- Whether somebody works at their institution on a day; a locked account works nowhere.
CREATE FUNCTION appointments_works(a appointments_appointment, day date) RETURNS boolean LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.ended_at IS NULL AND (a.active_from IS NULL OR a.active_from <= day)
       AND (a.active_until IS NULL OR a.active_until >= day)
       AND NOT EXISTS (SELECT 1 FROM access_user u WHERE u.id = a.user_id AND NOT u.is_active);
END;

CREATE FUNCTION appointments_in_force(h appointments_heldrole, day date) RETURNS boolean LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT h.valid_from <= day AND (h.valid_until IS NULL OR h.valid_until >= day) AND h.ended_at IS NULL
       AND (NOT h.needs_approval OR h.is_beginning OR h.approved_at IS NOT NULL);
END;

-- A role of the collaboration as a whole: the office administers it wherever its holder works.
CREATE FUNCTION appointments_of_the_collaboration(role text) RETURNS boolean LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT role IN ('regional_coordinator', 'cantonal_delegate', 'office_administrator', 'data_protection_officer',
                    'legal_commission', 'steering', 'thematic_coordinator');
END;

-- A role that opens the whole canton: only for staff of the office.
CREATE FUNCTION appointments_at_the_office_only(role text) RETURNS boolean LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT role IN ('regional_coordinator', 'cantonal_delegate', 'office_administrator', 'data_protection_officer');
END;

-- Everybody who may give, approve or end roles today.
CREATE FUNCTION appointments_officials()
RETURNS TABLE (appointment bigint, account bigint, institution bigint, office boolean, own boolean, delegate boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.id, a.user_id, a.institution_id,
           bool_or(i.is_iiz_office AND h.role = 'office_administrator'),
           bool_or(h.role = 'institution_administrator' OR i.is_iiz_office AND h.role = 'office_administrator'),
           bool_or(i.is_iiz_office AND h.role = 'cantonal_delegate')
    FROM appointments_heldrole h
    JOIN appointments_appointment a ON a.id = h.appointment_id
    JOIN institutions_institution i ON i.id = a.institution_id
    WHERE h.role IN ('institution_administrator', 'office_administrator', 'cantonal_delegate') AND a.user_id IS NOT NULL
      AND appointments_in_force(h, appointments_today()) AND appointments_works(a, appointments_today())
    GROUP BY a.id;
END;

-- Who administers this role for this holder.
CREATE FUNCTION appointments_administrators_of(wanted text, at_institution bigint)
RETURNS TABLE (appointment bigint, account bigint) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT o.appointment, o.account FROM appointments_officials() o
    WHERE CASE WHEN appointments_of_the_collaboration(wanted) THEN o.office
               ELSE o.own AND o.institution = at_institution END;
END;

-- Whether the acting person may appoint staff at an institution, and end appointments there.
CREATE FUNCTION appointments_may_administer(at_institution bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT actor_kind() = 'staff' AND coalesce(bool_or(
        o.own AND o.institution = at_institution
        OR o.delegate AND (
            NOT EXISTS (SELECT 1 FROM appointments_officials() x WHERE x.own AND x.institution = at_institution)
            OR (SELECT count(DISTINCT coalesce(a.user_id, -a.id)) FROM appointments_appointment a
                WHERE a.institution_id = at_institution AND appointments_works(a, appointments_today())) <= 1)), false)
    FROM appointments_officials() o WHERE o.appointment = actor_staff()
$$;

CREATE FUNCTION appointments_may_give(holder bigint, wanted text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    a appointments_appointment;
    giver record;
    at_office boolean;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' THEN RETURN false; END IF;
    SELECT * INTO a FROM appointments_appointment WHERE id = holder;
    SELECT * INTO giver FROM appointments_officials() o WHERE o.appointment = actor_staff();
    IF a.id IS NULL OR giver.appointment IS NULL THEN RETURN false; END IF;
    IF giver.appointment = holder OR giver.account = a.user_id THEN RETURN false; END IF;  -- nobody edits their own
    SELECT is_iiz_office INTO at_office FROM institutions_institution WHERE id = a.institution_id;
    IF appointments_at_the_office_only(wanted) AND NOT at_office THEN RETURN false; END IF;
    IF EXISTS (SELECT 1 FROM appointments_administrators_of(wanted, a.institution_id) x
               WHERE x.appointment = giver.appointment) THEN RETURN true; END IF;
    IF NOT giver.delegate THEN RETURN false; END IF;
    IF wanted IN ('institution_administrator', 'office_administrator') THEN
        RETURN NOT EXISTS (SELECT 1 FROM appointments_administrators_of(wanted, a.institution_id));
    END IF;
    IF appointments_of_the_collaboration(wanted) THEN RETURN false; END IF;
    RETURN NOT EXISTS (
        SELECT 1 FROM appointments_appointment o
        WHERE o.institution_id = a.institution_id AND o.id <> a.id AND o.user_id IS DISTINCT FROM coalesce(a.user_id, -1)
          AND appointments_works(o, appointments_today()));
END $$;

CREATE FUNCTION appointments_may_approve(held bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    h appointments_heldrole;
    a appointments_appointment;
    approver record;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' THEN RETURN false; END IF;
    SELECT * INTO h FROM appointments_heldrole WHERE id = held;
    SELECT * INTO a FROM appointments_appointment WHERE id = h.appointment_id;
    SELECT * INTO approver FROM appointments_officials() o WHERE o.appointment = actor_staff();
    IF a.id IS NULL OR approver.appointment IS NULL THEN RETURN false; END IF;
    IF approver.account = h.given_by_account_id OR approver.appointment = a.id OR approver.account = a.user_id THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT 1 FROM appointments_administrators_of(h.role, a.institution_id) x
               WHERE x.account IS DISTINCT FROM h.given_by_account_id AND x.appointment <> a.id
                 AND x.account IS DISTINCT FROM a.user_id) THEN
        RETURN EXISTS (SELECT 1 FROM appointments_administrators_of(h.role, a.institution_id) x
                       WHERE x.appointment = approver.appointment);
    END IF;
    RETURN approver.office OR approver.delegate;
END $$;

CREATE FUNCTION appointments_may_end(held bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    h appointments_heldrole;
    a appointments_appointment;
    ender record;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' THEN RETURN false; END IF;
    SELECT * INTO h FROM appointments_heldrole WHERE id = held;
    SELECT * INTO a FROM appointments_appointment WHERE id = h.appointment_id;
    SELECT * INTO ender FROM appointments_officials() o WHERE o.appointment = actor_staff();
    IF a.id IS NULL OR ender.appointment IS NULL OR ender.appointment = a.id OR ender.account = a.user_id THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT 1 FROM appointments_administrators_of(h.role, a.institution_id) x
               WHERE x.appointment = ender.appointment) THEN RETURN true; END IF;
    RETURN (ender.office OR ender.delegate) AND (
        h.role IN ('institution_administrator', 'office_administrator')
        OR NOT EXISTS (SELECT 1 FROM appointments_administrators_of(h.role, a.institution_id)));
END $$;

CREATE FUNCTION appointments_give_role(holder bigint, wanted text, first_day date, last_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    given bigint;
BEGIN
    IF NOT appointments_may_give(holder, wanted) THEN
        RAISE EXCEPTION 'this role is not yours to give' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO appointments_heldrole (appointment_id, role, valid_from, valid_until, given_by_id, given_by_account_id,
                                       given_at, is_beginning)
        SELECT holder, wanted, greatest(first_day, appointments_today()), last_day, g.id, g.user_id,
               statement_timestamp(), false
        FROM appointments_appointment g WHERE g.id = actor_staff()
        RETURNING id INTO given;
    RETURN given;
END $$;

CREATE FUNCTION appointments_approve_role(held bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT appointments_may_approve(held) THEN
        RAISE EXCEPTION 'this role is not yours to approve' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE appointments_heldrole h
        SET approved_by_id = g.id, approved_by_account_id = g.user_id, approved_at = statement_timestamp()
        FROM appointments_appointment g
        WHERE g.id = actor_staff() AND h.id = held AND h.needs_approval AND NOT h.is_beginning
          AND h.approved_at IS NULL AND h.ended_at IS NULL;
    RETURN FOUND;
END $$;

-- Ends a role, at once or after its last day; one that waits for approval is declined by whoever may approve it.
CREATE FUNCTION appointments_end_role(held bigint, last_day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    h appointments_heldrole;
BEGIN
    SELECT * INTO h FROM appointments_heldrole WHERE id = held FOR UPDATE;
    IF NOT (appointments_may_end(held)
            OR h.needs_approval AND h.approved_at IS NULL AND NOT h.is_beginning AND appointments_may_approve(held)) THEN
        RAISE EXCEPTION 'this role is not yours to end' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- A role that was held cannot be undone: it ends today at the earliest, and once.
    IF last_day < appointments_today() OR h.valid_until < appointments_today() THEN
        RAISE EXCEPTION 'a role does not end in the past' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE appointments_heldrole
        SET ended_by_id = actor_staff(),
            ended_at = CASE WHEN last_day IS NULL THEN statement_timestamp() END,
            valid_until = CASE WHEN last_day IS NULL THEN valid_until ELSE least(valid_until, last_day) END
        WHERE id = held AND ended_at IS NULL;
    RETURN FOUND;
END $$;

-- The first two roles of an installation: given by its commands, if nobody who works today holds the role.
CREATE FUNCTION appointments_begin(holder bigint, wanted text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    given bigint;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'job' THEN
        RAISE EXCEPTION 'an installation begins by its commands' USING ERRCODE = 'insufficient_privilege';
    END IF;
    LOCK TABLE appointments_heldrole IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT 1 FROM appointments_heldrole h JOIN appointments_appointment a ON a.id = h.appointment_id
               WHERE h.role = wanted AND appointments_in_force(h, appointments_today())
                 AND appointments_works(a, appointments_today())) THEN
        RAISE EXCEPTION 'somebody holds this role already' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO appointments_heldrole (appointment_id, role, valid_from, given_at, is_beginning)
        SELECT a.id, wanted, appointments_today(), statement_timestamp(), true
        FROM appointments_appointment a JOIN institutions_institution i ON i.id = a.institution_id
        WHERE a.id = holder AND i.is_iiz_office
        RETURNING id INTO given;
    RETURN given;
END $$;

-- Giver, approver and holder are three different accounts. The holder's is stored with the appointment, hence a trigger.
CREATE FUNCTION appointments_check_three_accounts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM appointments_heldrole h JOIN appointments_appointment a ON a.id = h.appointment_id
        WHERE a.user_id IS NOT NULL AND a.user_id IN (h.given_by_account_id, h.approved_by_account_id)
          AND CASE TG_TABLE_NAME WHEN 'appointments_heldrole' THEN h.id = NEW.id ELSE a.id = NEW.id END) THEN
        RAISE EXCEPTION 'giver, approver and holder of a role are three different accounts'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'role_three_accounts', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER role_three_accounts AFTER INSERT OR UPDATE ON appointments_heldrole
    FOR EACH ROW EXECUTE FUNCTION appointments_check_three_accounts();
CREATE TRIGGER role_three_accounts AFTER UPDATE OF user_id ON appointments_appointment
    FOR EACH ROW EXECUTE FUNCTION appointments_check_three_accounts();

-- Account and institution never change: whoever moves gets a new appointment, and nothing passes to it. The account is
-- set once, when an invitation is accepted. An appointment that has ended does not begin again.
CREATE FUNCTION appointments_guard_appointment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.institution_id <> OLD.institution_id OR OLD.user_id IS NOT NULL AND NEW.user_id IS DISTINCT FROM OLD.user_id THEN
        RAISE EXCEPTION 'the account and the institution of an appointment never change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_never_moves', TABLE = TG_TABLE_NAME;
    END IF;
    IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at
       OR OLD.active_until < appointments_today() AND NEW.active_until IS DISTINCT FROM OLD.active_until THEN
        RAISE EXCEPTION 'an appointment that has ended does not begin again'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_ends_once', TABLE = TG_TABLE_NAME;
    END IF;
    -- Office, percentage and dates are set by whoever administers the institution, and never by the staff member.
    IF actor_kind() = 'staff'
       AND (NEW.office_id, NEW.region_id, NEW.percentage, NEW.active_from, NEW.active_until, NEW.ended_at)
           IS DISTINCT FROM (OLD.office_id, OLD.region_id, OLD.percentage, OLD.active_from, OLD.active_until, OLD.ended_at)
       AND (NOT appointments_may_administer(NEW.institution_id) OR NEW.id = actor_staff()
            OR NEW.user_id = (SELECT user_id FROM appointments_appointment WHERE id = actor_staff())) THEN
        RAISE EXCEPTION 'this appointment is not yours to change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- The database sets when it ended, and by whom; it cannot be backdated.
    IF actor_kind() = 'staff' THEN
        IF NEW.active_from IS DISTINCT FROM OLD.active_from AND OLD.active_from <= appointments_today()
           OR NEW.active_until IS DISTINCT FROM OLD.active_until AND NEW.active_until < appointments_today() THEN
            RAISE EXCEPTION 'an appointment is not dated back'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_not_dated_back', TABLE = TG_TABLE_NAME;
        END IF;
        NEW.ended_at := CASE WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN statement_timestamp() ELSE OLD.ended_at END;
        NEW.ended_by_id := CASE WHEN (NEW.ended_at, NEW.active_until) IS DISTINCT FROM (OLD.ended_at, OLD.active_until)
                                THEN actor_staff() ELSE OLD.ended_by_id END;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appointment_guarded BEFORE UPDATE ON appointments_appointment
    FOR EACH ROW EXECUTE FUNCTION appointments_guard_appointment();

-- The database sets who appointed, and when.
CREATE FUNCTION appointments_sign_appointment() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() IS NOT NULL THEN
        NEW.given_by_id := actor_staff();
        NEW.given_at := statement_timestamp();
        IF actor_kind() = 'staff' THEN
            NEW.user_id := NULL;  -- an account comes by accepting an invitation
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appointment_signed BEFORE INSERT ON appointments_appointment
    FOR EACH ROW EXECUTE FUNCTION appointments_sign_appointment();

-- An office belongs to the institution where somebody works.
ALTER TABLE institutions_office ADD CONSTRAINT office_of_one_institution UNIQUE (id, institution_id);
ALTER TABLE appointments_appointment ADD CONSTRAINT appointment_office_of_institution
    FOREIGN KEY (office_id, institution_id) REFERENCES institutions_office (id, institution_id) DEFERRABLE INITIALLY IMMEDIATE;

-- Columns that the app may change directly; roles only through the functions above.
GRANT EXECUTE ON FUNCTION
    appointments_may_administer(bigint), appointments_may_give(bigint, text), appointments_may_approve(bigint),
    appointments_may_end(bigint), appointments_give_role(bigint, text, date, date), appointments_approve_role(bigint),
    appointments_end_role(bigint, date), appointments_begin(bigint, text) TO suone_app;
