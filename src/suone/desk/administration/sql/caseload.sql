-- What an appointment is responsible for: what passes to a successor, and what never does. The administrator does not get
-- to open a case this way: only counts are returned. Nothing of the category health passes (bit 4), and no grant to a
-- named person.
CREATE FUNCTION administration_caseload(leaver bigint)
RETURNS TABLE (leads integer, followed integer, items integer, requests integer, meetings integer,
               health_items integer, named_grants integer, named_consents integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT appointments_may_administer((SELECT institution_id FROM appointments_appointment WHERE id = leaver)) THEN
        RAISE EXCEPTION 'this caseload is not yours to pass on' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT
        (SELECT count(*)::integer FROM cases_assignment WHERE staff_id = leaver AND valid_until IS NULL),
        (SELECT count(*)::integer FROM cases_participant WHERE staff_id = leaver AND state IN ('asked', 'taking_part')),
        (SELECT count(*)::integer FROM workitems_workitem WHERE assigned_id = leaver AND state = 'open' AND category <> 4),
        (SELECT count(*)::integer FROM decisions_decision WHERE addressed_staff_id = leaver AND state = 'pending'),
        (SELECT count(*)::integer FROM meetings_invitee i JOIN meetings_meeting m ON m.id = i.meeting_id
            WHERE i.staff_id = leaver AND m.state NOT IN ('held', 'cancelled')),
        (SELECT count(*)::integer FROM workitems_workitem WHERE assigned_id = leaver AND state = 'open' AND category = 4),
        (SELECT count(*)::integer FROM dossiers_grant WHERE staff_id = leaver AND valid_until > statement_timestamp()),
        (SELECT count(DISTINCT r.consent_id)::integer FROM consents_consentrecipient r
            JOIN consents_consent c ON c.id = r.consent_id
            WHERE r.staff_id = leaver AND c.withdrawn_at IS NULL AND c.valid_until >= appointments_today());
END $$;

-- Passes the whole caseload to a colleague at the same institution with another account than the administrator's own:
-- administering opens no case, not even this way. Who gave what to whom is recorded here; each case's timeline says who
-- leads or follows it from now on, and nothing about the reason. Returns the id of the record.
CREATE FUNCTION administration_pass_on(leaver bigint, successor bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    at_institution bigint := (SELECT institution_id FROM appointments_appointment WHERE id = leaver);
    giver bigint := (SELECT user_id FROM appointments_appointment WHERE id = actor_staff());
    receiver bigint := (SELECT a.user_id FROM appointments_appointment a
        WHERE a.id = successor AND a.institution_id = at_institution AND appointments_works(a, appointments_today()));
    kept bigint;
BEGIN
    IF NOT appointments_may_administer(at_institution) THEN
        RAISE EXCEPTION 'this caseload is not yours to pass on' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF leaver = successor OR receiver IS NULL THEN
        RAISE EXCEPTION 'a successor works at the same institution' USING ERRCODE = 'check_violation';
    END IF;
    IF giver IS NULL OR giver = receiver THEN
        RAISE EXCEPTION 'nobody passes a caseload on to themselves' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO administration_caseloadpassing (institution_id, leaver_id, successor_id, successor_account_id, given_by_id,
            given_by_account_id, given_at, leads, followed, items, requests, meetings)
        SELECT at_institution, leaver, successor, receiver, actor_staff(), giver, statement_timestamp(),
               c.leads, c.followed, c.items, c.requests, c.meetings
        FROM administration_caseload(leaver) c RETURNING id INTO kept;
    -- Joint steps lock the row of the case first, always in the same order.
    PERFORM 1 FROM dossiers_dossier d WHERE d.id IN (
        SELECT dossier_id FROM cases_assignment WHERE staff_id = leaver AND valid_until IS NULL) ORDER BY d.id FOR UPDATE;
    WITH ended AS (
        UPDATE cases_assignment SET valid_until = statement_timestamp() WHERE staff_id = leaver AND valid_until IS NULL
        RETURNING dossier_id, function),
    named AS (
        INSERT INTO cases_assignment (dossier_id, function, staff_id, valid_from, is_named)
        SELECT dossier_id, function, successor, statement_timestamp(), true FROM ended
        RETURNING dossier_id, function)
    INSERT INTO dossiers_event (dossier_id, act, category, staff_id, institution_id, object_type, object_id, text, text_language)
        SELECT n.dossier_id, 'caseload.' || n.function || '_passed', 10, actor_staff(), actor_institution(), 'staff', successor,
               trim(a.first_name || ' ' || a.last_name), ''
        FROM named n, appointments_appointment a WHERE a.id = successor;
    WITH followed AS (
        UPDATE cases_participant SET staff_id = successor WHERE staff_id = leaver AND state IN ('asked', 'taking_part')
        RETURNING dossier_id)
    INSERT INTO dossiers_event (dossier_id, act, category, staff_id, institution_id, object_type, object_id, text, text_language)
        SELECT f.dossier_id, 'caseload.follower_passed', 10, actor_staff(), actor_institution(), 'staff', successor,
               trim(a.first_name || ' ' || a.last_name), ''
        FROM followed f, appointments_appointment a WHERE a.id = successor;
    UPDATE workitems_workitem SET assigned_id = successor, version = version + 1
        WHERE assigned_id = leaver AND state = 'open' AND category <> 4;
    UPDATE decisions_decision SET addressed_staff_id = successor WHERE addressed_staff_id = leaver AND state = 'pending';
    UPDATE meetings_invitee i SET staff_id = successor FROM meetings_meeting m
        WHERE m.id = i.meeting_id AND i.staff_id = leaver AND m.state NOT IN ('held', 'cancelled')
          AND NOT EXISTS (SELECT 1 FROM meetings_invitee x WHERE x.meeting_id = i.meeting_id AND x.staff_id = successor);
    RETURN kept;
END $$;

-- Open items of somebody who has left become unassigned; completed ones keep the name. Returns how many.
CREATE FUNCTION administration_release_items(leaver bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    released integer;
BEGIN
    IF NOT (actor_kind() = 'job' OR appointments_may_administer(
            (SELECT institution_id FROM appointments_appointment WHERE id = leaver))) THEN
        RAISE EXCEPTION 'these items are not yours to release' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT 1 FROM appointments_appointment a WHERE a.id = leaver
               AND appointments_works(a, appointments_today())) THEN
        RETURN 0;
    END IF;
    UPDATE workitems_workitem SET assigned_id = NULL, version = version + 1 WHERE assigned_id = leaver AND state = 'open';
    GET DIAGNOSTICS released = ROW_COUNT;
    RETURN released;
END $$;

REVOKE EXECUTE ON FUNCTION administration_caseload(bigint), administration_pass_on(bigint, bigint),
    administration_release_items(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION administration_caseload(bigint), administration_pass_on(bigint, bigint),
    administration_release_items(bigint) TO suone_app;
