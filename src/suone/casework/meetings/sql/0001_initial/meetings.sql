-- Functions for acts of several people on one meeting, some of whom may not open its case: they run with the owner's
-- rights and check the actor themselves.

-- Whether the acting institution is invited, or may contribute to the case, or a job acts.
CREATE FUNCTION meetings_takes_part(meeting bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT actor_kind() = 'job'
        OR actor_kind() = 'staff' AND EXISTS (
                   SELECT 1 FROM meetings_invitee i
                   WHERE i.meeting_id = meeting AND i.institution_id = actor_institution() AND i.answer <> 'withdrawn')
        OR EXISTS (SELECT 1 FROM meetings_meeting m
                   WHERE m.id = meeting AND m.dossier_id IS NOT NULL AND dossiers_has_power(m.dossier_id, 2))
$$;

-- Asked by the policies of a meeting's parts. A function, since the meeting's own policy refers to its invitations; and
-- only used where a row is written.
CREATE FUNCTION meetings_is_about(meeting bigint, dossier bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM meetings_meeting m
                   WHERE m.id = meeting AND m.dossier_id IS NOT DISTINCT FROM meetings_is_about.dossier)
$$;

CREATE FUNCTION meetings_is_convened_by_own(meeting bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM meetings_meeting m
                   WHERE m.id = meeting AND m.dossier_id IS NULL AND m.convening_id = actor_institution()
                     AND actor_kind() = 'staff')
$$;

-- Locks the case, then the meeting, always in this order, even for those who may not open the case.
CREATE FUNCTION meetings_lock(meeting bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT meetings_takes_part(meeting) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM dossiers_dossier d
        WHERE d.id = (SELECT m.dossier_id FROM meetings_meeting m WHERE m.id = meeting) FOR UPDATE;
    PERFORM 1 FROM meetings_meeting m WHERE m.id = meeting FOR UPDATE;
END $$;

-- True exactly once: for the last missing answer to the proposed dates.
CREATE FUNCTION meetings_last_answer(meeting bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT meetings_takes_part(meeting) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT 1 FROM meetings_invitee i JOIN meetings_dateproposal p ON p.meeting_id = i.meeting_id
               WHERE i.meeting_id = meeting AND i.role = 'invited' AND i.answer NOT IN ('withdrawn', 'declined')
                 AND NOT EXISTS (SELECT 1 FROM meetings_dateanswer a WHERE a.proposal_id = p.id AND a.invitee_id = i.id)) THEN
        RETURN false;
    END IF;
    UPDATE meetings_meeting m SET all_answered_at = statement_timestamp()
        WHERE m.id = meeting AND m.all_answered_at IS NULL AND m.state = 'planning';
    RETURN FOUND;
END $$;

-- The number of cases on the agenda, even for those who may open only some of them.
CREATE FUNCTION meetings_cases_on_agenda(meeting bigint) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(DISTINCT p.dossier_id)::integer FROM meetings_agendapoint p
        WHERE p.meeting_id = meeting AND meetings_takes_part(meeting)
$$;

-- Whether anything is written under a point, including the unfinished minutes of others.
CREATE FUNCTION meetings_is_written_to(point bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM meetings_entry e WHERE e.point_id = point AND meetings_takes_part(e.meeting_id))
$$;

-- The invitation that a guest's link leads to, and nothing else: by the hash of its token, for guests alone.
CREATE FUNCTION meetings_invitation_of_guest(hash text)
RETURNS TABLE (guest bigint, meeting bigint, dossier bigint, uid uuid, state text, starts_at timestamptz, minutes integer,
               place text, host text, host_fr text, host_person text, host_phone text, host_staff bigint, answer text,
               version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.id, m.id, m.dossier_id, m.uid, m.state::text, m.starts_at, m.minutes, m.place::text, n.name_de::text,
           n.name_fr::text, s.first_name || ' ' || s.last_name, s.phone::text, s.id, g.answer::text, m.version
    FROM meetings_guest g
    JOIN meetings_meeting m ON m.id = g.meeting_id
    JOIN appointments_appointment s ON s.id = g.invited_by_id
    JOIN institutions_institution n ON n.id = g.institution_id
    WHERE actor_kind() = 'guest' AND g.token_hash = hash AND g.revoked_at IS NULL
      AND g.valid_until > statement_timestamp()
$$;

-- Records a guest's answer while the meeting is ahead.
CREATE FUNCTION meetings_answer_of_guest(hash text, given text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE meetings_guest g SET answer = given, answered_at = statement_timestamp()
        FROM meetings_meeting m
        WHERE actor_kind() = 'guest' AND g.token_hash = hash AND g.revoked_at IS NULL
          AND g.valid_until > statement_timestamp() AND given IN ('accepted', 'declined')
          AND m.id = g.meeting_id AND m.state IN ('planning', 'scheduled');
    RETURN FOUND;
END $$;

-- Guests' links are valid until the meeting's day is over, including guests whom another institution invited: the day is
-- that of the stored meeting, never an argument.
CREATE FUNCTION meetings_let_guests_in(meeting bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT meetings_takes_part(meeting) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE meetings_guest g
        SET valid_until = ((m.starts_at AT TIME ZONE 'Europe/Zurich')::date + 1)::timestamp AT TIME ZONE 'Europe/Zurich'
        FROM meetings_meeting m
        WHERE m.id = meeting AND m.starts_at IS NOT NULL AND m.state = 'scheduled'
          AND g.meeting_id = m.id AND g.revoked_at IS NULL;
END $$;

GRANT EXECUTE ON FUNCTION meetings_is_about, meetings_is_convened_by_own, meetings_lock, meetings_last_answer,
    meetings_cases_on_agenda, meetings_is_written_to, meetings_invitation_of_guest, meetings_answer_of_guest,
    meetings_let_guests_in TO suone_app;

-- A date is answered by somebody invited to the meeting for which it is proposed.
CREATE FUNCTION meetings_one_meeting() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM meetings_dateproposal p JOIN meetings_invitee i ON i.meeting_id = p.meeting_id
                   WHERE p.id = NEW.proposal_id AND i.id = NEW.invitee_id) THEN
        RAISE EXCEPTION 'this date belongs to another meeting' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER meetings_one_meeting BEFORE INSERT ON meetings_dateanswer
    FOR EACH ROW EXECUTE FUNCTION meetings_one_meeting();

-- The text of an entry is its author's, in the minutes until they are finished, as a contribution until the meeting is over.
CREATE FUNCTION meetings_text_of_its_author() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.staff_id IS DISTINCT FROM actor_staff() OR NOT EXISTS (
        SELECT 1 FROM meetings_meeting m WHERE m.id = OLD.meeting_id AND m.minutes_finished_at IS NULL
          AND (OLD.kind <> 'contribution' OR m.state IN ('planning', 'scheduled'))
    ) THEN
        RAISE EXCEPTION 'its author alone changes an entry, in unfinished minutes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER meetings_text_of_its_author BEFORE UPDATE ON meetings_entry FOR EACH ROW
    WHEN (current_user = 'suone_app' AND OLD.text IS DISTINCT FROM NEW.text) EXECUTE FUNCTION meetings_text_of_its_author();

-- Finished minutes stay finished.
CREATE FUNCTION meetings_stays_finished() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the minutes are finished' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER meetings_stays_finished BEFORE UPDATE ON meetings_meeting FOR EACH ROW
    WHEN (current_user = 'suone_app' AND OLD.minutes_finished_at IS DISTINCT FROM NEW.minutes_finished_at
          AND OLD.minutes_finished_at IS NOT NULL)
    EXECUTE FUNCTION meetings_stays_finished();
