-- Messages of what an administrator does, each to whom it concerns, in the transaction of the act.

-- Those who may approve a role: administrators, of the institution or of the office, and the canton's delegate.
CREATE FUNCTION administration_asks_for_approval(m inbox_message) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT m.dossier_id IS NULL AND EXISTS (
        SELECT 1 FROM appointments_heldrole h JOIN appointments_appointment a ON a.id = h.appointment_id
            JOIN appointments_officials() o ON o.appointment = m.staff_id
        WHERE h.given_by_id = actor_staff() AND h.given_at >= transaction_timestamp() AND h.needs_approval
          AND o.account IS DISTINCT FROM h.given_by_account_id AND o.account IS DISTINCT FROM a.user_id
          AND (o.institution = a.institution_id OR o.office OR o.delegate))
$$;

-- Whoever answers for a new key of an institution that the acting person administers.
CREATE FUNCTION administration_gave_a_key(m inbox_message) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT m.dossier_id IS NULL AND EXISTS (
        SELECT 1 FROM appointments_partnersystem p
        WHERE p.responsible_id = m.staff_id AND p.ended_at IS NULL AND appointments_may_administer(p.institution_id))
$$;

CREATE FUNCTION administration_passed_to(m inbox_message) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT m.dossier_id IS NULL AND EXISTS (
        SELECT 1 FROM administration_caseloadpassing p
        WHERE p.given_by_id = actor_staff() AND p.given_at >= transaction_timestamp() AND p.successor_id = m.staff_id)
$$;

-- The institution where an appointment ended, and the office.
CREATE FUNCTION administration_left_items(m inbox_message) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT m.dossier_id IS NULL AND EXISTS (
        SELECT 1 FROM appointments_appointment l JOIN appointments_appointment a ON a.id = m.staff_id
            JOIN institutions_institution i ON i.id = a.institution_id
        WHERE l.ended_at >= transaction_timestamp() AND appointments_may_administer(l.institution_id)
          AND (i.id = l.institution_id OR i.is_iiz_office))
$$;
INSERT INTO inbox_rule VALUES
    ('appointment.approval_asked', 'administration_asks_for_approval'), ('partner.notified', 'administration_gave_a_key'),
    ('caseload.passed', 'administration_passed_to'), ('caseload.left', 'administration_left_items');
