-- Where nobody contributes to two files of one person, a correction of one reaches the other through the IIZ office alone: on
-- the legal basis for clearing doubts, which is off unless the canton names its law. The office learns what that basis gives
-- it, both institutions and which of name and birth differ; the receiving file learns what to check, and neither the file nor
-- the institution that it comes from. The corrected file learns nothing.

-- The institutions that contribute to a file and can read the identity in it.
CREATE FUNCTION corrections_contributors(file bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(g.institution_id, a.institution_id)
    FROM dossiers_grant g LEFT JOIN appointments_appointment a ON a.id = g.staff_id
    WHERE g.dossier_id = file AND g.power >= 2 AND (g.categories & 1) <> 0
      AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
$$;

-- Name and birth of one file, where they are known and differ from those of another.
CREATE FUNCTION corrections_differing(file bigint, target bigint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}')
    FROM dossiers_particulars p JOIN dossiers_particulars t ON t.dossier_id = target,
        jsonb_each(jsonb_build_object(
            'last_name', p.last_name, 'first_name', p.first_name,
            'birth_year', p.birth_year, 'birth_month', p.birth_month, 'birth_day', p.birth_day)) e
    WHERE p.dossier_id = file AND CASE e.key
        WHEN 'last_name' THEN p.last_name NOT IN ('', t.last_name)
        WHEN 'first_name' THEN p.first_name NOT IN ('', t.first_name)
        ELSE p.birth_year IS NOT NULL AND (p.birth_year, p.birth_month, p.birth_day)
            IS DISTINCT FROM (t.birth_year, t.birth_month, t.birth_day) END
$$;

-- The last correction of name or birth in a file, as the log has it.
CREATE FUNCTION corrections_last(file bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT max(e.id) FROM audit_entry e
    WHERE e.dossier_id = file AND e.act = 'person.corrected'
      AND e.details -> 'fields' ?| ARRAY['last_name', 'first_name', 'birth']
$$;

-- What waits to be passed on: a corrected file, and a case of the same person that says otherwise, was not corrected since,
-- and has no contributor in common with it. A pair in doubt is cleared first; what was passed on once is not asked again.
CREATE FUNCTION corrections_to_pass_on() RETURNS TABLE (
    file bigint, target bigint, corrected_at timestamptz, offered jsonb, from_institution bigint, to_institution bigint,
    lead_id bigint, from_person bigint, to_person bigint
) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT d.id, o.id, e.at, x.offered,
           (SELECT g.institution_id FROM dossiers_grant g WHERE g.dossier_id = d.id AND g.because = 'notification'
            ORDER BY g.id LIMIT 1),
           coalesce(l.institution_id, k.notifier_id), l.id, d.person_id, o.person_id
    FROM (SELECT DISTINCT c.dossier_id FROM audit_entry c WHERE c.act = 'person.corrected') c
        JOIN dossiers_dossier d ON d.id = c.dossier_id
        JOIN audit_entry e ON e.id = corrections_last(d.id)
        JOIN dossiers_dossier o ON o.id <> d.id AND o.person_id IN (SELECT persons_one_with(d.person_id))
        JOIN cases_case k ON k.dossier_id = o.id
        LEFT JOIN cases_assignment s ON s.dossier_id = o.id AND s.function = 'lead' AND s.valid_until IS NULL
        LEFT JOIN appointments_appointment l ON l.id = s.staff_id
        CROSS JOIN LATERAL corrections_differing(d.id, o.id) AS x (offered)
    WHERE x.offered <> '{}' AND coalesce(corrections_last(o.id), 0) < e.id
      AND NOT EXISTS (SELECT corrections_contributors(d.id) INTERSECT SELECT corrections_contributors(o.id))
      AND NOT EXISTS (
          SELECT 1 FROM dossiers_doubt q
          WHERE q.one_id = least(d.id, o.id) AND q.other_id = greatest(d.id, o.id) AND q.cleared_at IS NULL)
      AND NOT EXISTS (
          SELECT 1 FROM corrections_correction p
          WHERE p.dossier_id = o.id AND p.law <> '' AND (p.state = 'pending' OR p.offered = x.offered))
$$;

-- Whether whoever acts clears doubts, at the IIZ office, where there is a law for it.
CREATE FUNCTION corrections_may_pass_on() RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT persons_doubts_law() <> '' AND actor_kind() = 'staff' AND actor_may('person.merge') AND EXISTS (
        SELECT 1 FROM institutions_institution i WHERE i.id = actor_institution() AND i.is_iiz_office)
$$;

-- For the office: no name, no value, no number of a case.
CREATE FUNCTION corrections_waiting() RETURNS TABLE (
    file bigint, target bigint, corrected_at timestamptz, fields text[], from_institution bigint, to_institution bigint
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.file, w.target, w.corrected_at, ARRAY(SELECT jsonb_object_keys(w.offered)), w.from_institution, w.to_institution
    FROM corrections_to_pass_on() w WHERE corrections_may_pass_on() ORDER BY w.corrected_at, w.target LIMIT 100
$$;

-- What the office passed on, and whether it was taken over; the reason of the answer stays in the file.
CREATE FUNCTION corrections_passed_on() RETURNS TABLE (
    number bigint, passed_at timestamptz, state text, answered_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.offered_at, c.state::text, c.answered_at FROM corrections_correction c
    WHERE c.law <> '' AND corrections_may_pass_on() ORDER BY c.id DESC LIMIT 100
$$;

-- Passes a correction on: the offer, the work item of whoever leads, the line of the timeline and the message to the lead in
-- one, since the office has no access to the file. What is offered is looked up, never given by the caller.
CREATE FUNCTION corrections_pass_on(from_file bigint, to_file bigint, until date, sentence text)
RETURNS TABLE (correction bigint, fields text[], addressed bigint, from_person bigint, to_person bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    w record;
    new_id bigint;
BEGIN
    IF NOT corrections_may_pass_on() THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM dossiers_lock(to_file);
    SELECT * INTO w FROM corrections_to_pass_on() x WHERE x.file = from_file AND x.target = to_file;
    IF NOT FOUND THEN
        RETURN;  -- somebody else passed it on, or one of the files changed
    END IF;
    INSERT INTO corrections_correction (dossier_id, offered, institution_id, offered_by_id, offered_at, state, reason, law)
        VALUES (to_file, w.offered, actor_institution(), actor_staff(), statement_timestamp(), 'pending', '',
                persons_doubts_law())
        RETURNING id INTO new_id;
    INSERT INTO workitems_workitem (dossier_id, category, title, language, details, due_on, addressed_id, controlling_id,
                                    assigned_id, asked_at, state, reason, settled_by, about_type, about_id, step, version)
        VALUES (to_file, 10, sentence, '', '', until, w.to_institution, w.to_institution, w.lead_id, statement_timestamp(),
                'open', '', 'correction_answered', 'correction', new_id, '', 1);
    INSERT INTO dossiers_event (dossier_id, at, act, category, staff_id, institution_id, object_type, object_id, text,
                                text_language)
        VALUES (to_file, statement_timestamp(), 'correction.passed_on', 0, actor_staff(), actor_institution(), 'correction',
                new_id, '', '');
    INSERT INTO inbox_message (staff_id, dossier_id, act, by_institution_id, at)
        SELECT w.lead_id, to_file, 'correction.passed_on', actor_institution(), statement_timestamp()
        WHERE w.lead_id IS NOT NULL;
    RETURN QUERY SELECT new_id, ARRAY(SELECT jsonb_object_keys(w.offered)), w.to_institution, w.from_person, w.to_person;
END $$;

GRANT EXECUTE ON FUNCTION corrections_waiting, corrections_passed_on, corrections_pass_on TO suone_app;
