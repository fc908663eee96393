-- Of a case knows whoever is or was invited to a meeting about it, or convenes one; while they are, they have to do with it.
CREATE FUNCTION meetings_knows(institution bigint, case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM meetings_meeting m LEFT JOIN meetings_invitee i ON i.meeting_id = m.id
        WHERE m.dossier_id = case_id AND institution IN (m.convening_id, i.institution_id))
$$;

CREATE FUNCTION meetings_has_to_do_with(case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM meetings_meeting m LEFT JOIN meetings_invitee i ON i.meeting_id = m.id AND i.answer <> 'withdrawn'
        WHERE m.dossier_id = case_id AND actor_institution() IN (m.convening_id, i.institution_id))
$$;
INSERT INTO inbox_tie VALUES ('meetings_knows', 'recipient'), ('meetings_has_to_do_with', 'sender');

-- Of a meeting without a case, whoever convenes it writes to all who are or were invited, and these to whoever convenes it.
CREATE FUNCTION meetings_without_a_case(m inbox_message) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT m.dossier_id IS NULL AND actor_kind() = 'staff' AND EXISTS (
        SELECT 1 FROM meetings_meeting x JOIN meetings_invitee i ON i.meeting_id = x.id
            JOIN appointments_appointment a ON a.id = m.staff_id
        WHERE x.dossier_id IS NULL
          AND (x.convening_id = actor_institution() AND a.institution_id = i.institution_id
               OR x.convening_id = a.institution_id AND i.institution_id = actor_institution() AND i.answer <> 'withdrawn'))
$$;

-- Whoever holds a link answers whoever sent it, or who is there instead.
CREATE FUNCTION meetings_by_a_guest(m inbox_message) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT actor_kind() = 'guest' AND EXISTS (
        SELECT 1 FROM meetings_guest g JOIN meetings_meeting x ON x.id = g.meeting_id
            JOIN appointments_appointment h ON h.id = g.invited_by_id
            JOIN appointments_appointment a ON a.id = m.staff_id
        WHERE x.dossier_id IS NOT DISTINCT FROM m.dossier_id AND h.institution_id = a.institution_id
          AND g.answered_at >= transaction_timestamp())
$$;
INSERT INTO inbox_rule
    SELECT 'meeting.' || act, 'meetings_without_a_case' FROM unnest(ARRAY[
        'convened', 'invited', 'uninvited', 'answered', 'dates_proposed', 'all_answered', 'date_fixed', 'changed', 'cancelled',
        'held', 'minutes_finished']) act;
INSERT INTO inbox_rule VALUES ('meeting.guest_answered', 'meetings_by_a_guest');
