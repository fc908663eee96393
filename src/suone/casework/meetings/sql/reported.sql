-- A meeting of the kind was held about the case, alone or on an agenda.
CREATE FUNCTION meetings_report_held(known leading_knownfact) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM meetings_meeting m
        WHERE m.state = 'held'
          AND (m.dossier_id = known.dossier_id OR m.dossier_id IS NULL AND EXISTS (
              SELECT 1 FROM meetings_agendapoint p WHERE p.meeting_id = m.id AND p.dossier_id = known.dossier_id))
          AND m.kind = CASE known.fact
              WHEN 'round_table_held_on' THEN 'round_table' WHEN 'assessment_held_on' THEN 'assessment'
              WHEN 'joint_interview_held_on' THEN 'joint_interview' WHEN 'review_held_on' THEN 'review'
              WHEN 'network_meeting_held_on' THEN 'network' WHEN 'both_advisers_met_on' THEN 'network'
              WHEN 'intervision_held_on' THEN 'intervision' WHEN 'session_discussed_on' THEN 'fixed_session'
              WHEN 'rad_attended' THEN 'assessment' WHEN 'person_attended' THEN m.kind END
          AND (known.fact <> 'person_attended' OR known.value = to_jsonb(coalesce(m.person_came, false))))
$$;

-- One is convened, or none is ahead any more; contributions were asked for, and somebody gave theirs.
CREATE FUNCTION meetings_report_convened(known leading_knownfact) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT (known.value = 'true') = EXISTS (
        SELECT 1 FROM meetings_meeting m WHERE m.dossier_id = known.dossier_id AND m.state IN ('planning', 'scheduled'))
$$;
CREATE FUNCTION meetings_report_contributions(known leading_knownfact) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM meetings_meeting m JOIN meetings_invitee i ON i.meeting_id = m.id
        WHERE m.dossier_id = known.dossier_id AND i.contributed_at IS NOT NULL
          AND NOT EXISTS (
              SELECT 1 FROM meetings_invitee w WHERE w.meeting_id = m.id AND w.role = 'invited' AND w.contributed_at IS NULL
                AND w.answer NOT IN ('withdrawn', 'declined')))
$$;
INSERT INTO leading_report VALUES
    ('meetings_report_held', '{round_table_held_on,assessment_held_on,joint_interview_held_on,review_held_on,network_meeting_held_on,both_advisers_met_on,intervision_held_on,session_discussed_on,person_attended,rad_attended}'),
    ('meetings_report_convened', '{meeting_convened}'), ('meetings_report_contributions', '{contributions_in}');
