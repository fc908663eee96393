-- A message names no content, and yet says that there is a case, and that something happened in it. Whoever acts past the
-- services sends none about a case that is closed to them, none to somebody who never had to do with it, and none of an act that
-- does not exist. Functions with the owner's rights derive their messages from what they do, and are not asked.

-- The codes of all acts, which suone migrate takes from the code; the app's role cannot change them.
CREATE TABLE inbox_act (word varchar(60) PRIMARY KEY);

-- Whether whoever acts has to do with a case now: it is open to them, or was until this transaction; their institution is asked
-- something about it, or has just answered; or it is invited to a meeting about it, or convenes one.
CREATE FUNCTION inbox_may_send(case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM dossiers_grant g
        WHERE g.dossier_id = case_id AND (g.institution_id = actor_institution() OR g.staff_id = actor_staff())
          AND g.valid_from <= statement_timestamp() AND g.valid_until >= transaction_timestamp()
    ) OR EXISTS (
        SELECT 1 FROM decisions_decision d WHERE d.dossier_id = case_id AND cases_request_lasts(d)
    ) OR EXISTS (
        SELECT 1 FROM meetings_meeting m LEFT JOIN meetings_invitee i ON i.meeting_id = m.id AND i.answer <> 'withdrawn'
        WHERE m.dossier_id = case_id AND actor_institution() IN (m.convening_id, i.institution_id)
    )
$$;

-- Whether an institution has or had to do with a case: it could open it, was asked, takes or took part, notified or receives it,
-- was told something on a law, was invited, has something to do in it, or carries out a service.
CREATE FUNCTION inbox_knows_case(institution bigint, case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = case_id AND g.institution_id = institution)
        OR EXISTS (SELECT 1 FROM cases_participant p WHERE p.dossier_id = case_id AND p.institution_id = institution)
        OR EXISTS (
            SELECT 1 FROM dossiers_grant g JOIN appointments_appointment a ON a.id = g.staff_id
            WHERE g.dossier_id = case_id AND a.institution_id = institution)
        OR EXISTS (
            SELECT 1 FROM decisions_decision d
            WHERE d.dossier_id = case_id AND institution IN (d.asked_institution_id, d.addressed_id))
        OR EXISTS (
            SELECT 1 FROM dossiers_dossier d JOIN cases_case c ON c.dossier_id = d.id
            WHERE d.id = case_id AND (institution IN (c.notifier_id, d.receiver_id) OR d.receiver_id IS NULL AND EXISTS (
                SELECT 1 FROM institutions_institution i WHERE i.id = institution AND i.is_iiz_office)))
        OR EXISTS (
            SELECT 1 FROM meetings_meeting m LEFT JOIN meetings_invitee i ON i.meeting_id = m.id
            WHERE m.dossier_id = case_id AND institution IN (m.convening_id, i.institution_id))
        OR EXISTS (
            SELECT 1 FROM workitems_workitem w
            WHERE w.dossier_id = case_id AND institution IN (w.addressed_id, w.controlling_id))
        OR EXISTS (
            SELECT 1 FROM consents_disclosure d WHERE d.dossier_id = case_id AND institution IN (d.giver_id, d.recipient_id))
        OR EXISTS (
            SELECT 1 FROM consents_consentrecipient r WHERE r.dossier_id = case_id AND r.institution_id = institution)
        OR EXISTS (
            SELECT 1 FROM handovers_cooperationnotice n WHERE n.dossier_id = case_id AND n.receiver_id = institution)
        OR EXISTS (
            SELECT 1 FROM support_service s
            WHERE s.dossier_id = case_id AND institution IN (s.institution_id, s.second_institution_id))
$$;

CREATE FUNCTION inbox_reaches() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    at_institution bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM inbox_act a WHERE a.word = NEW.act) THEN
        RAISE EXCEPTION 'no message of an unknown act' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.dossier_id IS NULL OR actor_kind() = 'job' THEN
        RETURN NEW;
    END IF;
    SELECT a.institution_id INTO at_institution FROM appointments_appointment a WHERE a.id = NEW.staff_id;
    IF actor_kind() = 'guest' THEN  -- whoever holds a link answers whoever sent it, or who is there instead
        IF NOT EXISTS (
            SELECT 1 FROM meetings_guest g JOIN meetings_meeting m ON m.id = g.meeting_id
                JOIN appointments_appointment h ON h.id = g.invited_by_id
            WHERE m.dossier_id = NEW.dossier_id AND h.institution_id = at_institution
              AND g.answered_at >= transaction_timestamp() AND NEW.act = 'meeting.guest_answered') THEN
            RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF NOT inbox_may_send(NEW.dossier_id) THEN
        RAISE EXCEPTION 'no message about a case of others' USING ERRCODE = 'insufficient_privilege';
    ELSIF at_institution IS DISTINCT FROM actor_institution() AND NOT inbox_knows_case(at_institution, NEW.dossier_id)
        AND NOT (NEW.act = 'glass.broken' AND EXISTS (
            SELECT 1 FROM appointments_heldrole h
            WHERE h.appointment_id = NEW.staff_id AND h.role = 'data_protection_officer' AND h.ended_at IS NULL)) THEN
        RAISE EXCEPTION 'no message about a case to others' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inbox_reaches BEFORE INSERT ON inbox_message FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION inbox_reaches();
