-- That a canary was touched reaches those who oversee the register, from whoever may use it.
CREATE FUNCTION register_overseers(m inbox_message) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT m.dossier_id IS NULL AND EXISTS (
        SELECT 1 FROM appointments_heldrole h
        WHERE h.appointment_id = m.staff_id AND h.role IN ('data_protection_officer', 'office_administrator')
          AND appointments_in_force(h, appointments_today())
    ) AND EXISTS (
        SELECT 1 FROM register_enrolment e WHERE e.institution_id = actor_institution() AND e.ended_on IS NULL)
$$;
INSERT INTO inbox_rule VALUES ('register.canary_touched', 'register_overseers');
