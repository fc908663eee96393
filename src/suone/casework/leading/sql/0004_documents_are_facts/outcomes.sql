-- The outcome of work items about leading a case.

-- The case was triaged, or given another level, since the item was set or in the same act.
CREATE FUNCTION leading_outcome_of_triage(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM leading_triage t
        WHERE t.dossier_id = item.dossier_id AND t.decided_at >= least(item.asked_at, transaction_timestamp())
    ) OR EXISTS (
        SELECT 1 FROM leading_levelchange l
        WHERE l.dossier_id = item.dossier_id AND l.at >= least(item.asked_at, transaction_timestamp())
    ) THEN 'done' END;

-- A case that was rejected or withdrawn needs no triage.
CREATE FUNCTION leading_outcome_of_case(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM cases_case c WHERE c.dossier_id = item.dossier_id AND c.state IN ('rejected', 'withdrawn')
    ) THEN 'done' END;

-- A question is answered by a note that the institution asked has written since.
CREATE FUNCTION leading_outcome_of_question(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN item.addressed_id = actor_institution() AND EXISTS (
        SELECT 1 FROM cases_note n WHERE n.dossier_id = item.dossier_id AND n.institution_id = item.addressed_id
          AND n.at >= item.asked_at
    ) THEN 'done' END;

-- The case left the phase that set the item.
CREATE FUNCTION leading_outcome_of_phase(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM leading_passage p WHERE p.dossier_id = item.dossier_id
          AND p.from_phase = split_part(item.step, '/', 1) AND p.at >= item.asked_at
    ) THEN 'cancelled' END;

-- A statement of this round applies again, since what replaced it was corrected or taken back after the item was set.
CREATE FUNCTION leading_applies_again(item workitems_workitem, fact_id bigint) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT 1 FROM leading_knownfact r
        WHERE r.dossier_id = item.dossier_id AND r.fact = item.settled_by AND r.replaces_id IS NOT NULL
          AND r.at >= least(item.asked_at, transaction_timestamp())
    ) AND NOT EXISTS (
        SELECT 1 FROM leading_course c
        WHERE c.dossier_id = item.dossier_id AND leading_first_recorded(fact_id) <= c.round_since);

-- A statement that had settled the item was corrected or taken back in this act, while the case is still where the item
-- was set: in the same phase and round. What a phase before asked is over.
CREATE FUNCTION leading_is_undone(item workitems_workitem) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT 1 FROM leading_knownfact r
        WHERE r.dossier_id = item.dossier_id AND r.fact = item.settled_by AND r.replaces_id IS NOT NULL
          AND r.at >= transaction_timestamp() AND item.done_at >= leading_first_recorded(r.replaces_id)
    ) AND (item.step = '' OR EXISTS (
        SELECT 1 FROM leading_course c
        WHERE c.dossier_id = item.dossier_id AND c.phase = split_part(item.step, '/', 1)
          AND (c.round_since IS NULL OR item.asked_at >= c.round_since)));

-- The fact that a step of the procedure waits for: derived from the case, or recorded since the item was set. Codes as in
-- facts.py; only whether the fact is there matters, not its value.
CREATE FUNCTION leading_outcome_of_fact(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN CASE item.settled_by
        WHEN 'consent_valid' THEN EXISTS (
            SELECT 1 FROM consents_consent c WHERE c.dossier_id = item.dossier_id AND c.withdrawn_at IS NULL
              AND appointments_today() BETWEEN c.valid_from AND c.valid_until)
        WHEN 'question_recorded' THEN (SELECT b.has_question FROM cases_counted_background(item.dossier_id) b)
        WHEN 'risk_factors' THEN (SELECT b.risk_factors > 0 FROM cases_counted_background(item.dossier_id) b)
        WHEN 'first_contact_on' THEN (
            SELECT c.first_contact_on IS NOT NULL FROM cases_case c WHERE c.dossier_id = item.dossier_id)
        WHEN 'level' THEN (SELECT c.level <> '' FROM cases_case c WHERE c.dossier_id = item.dossier_id)
        WHEN 'age' THEN (
            SELECT p.birth_year IS NOT NULL FROM dossiers_particulars p WHERE p.dossier_id = item.dossier_id)
        WHEN 'institutions' THEN EXISTS (
            SELECT 1 FROM cases_participant p WHERE p.dossier_id = item.dossier_id AND p.state = 'taking_part')
        WHEN 'lead_named' THEN EXISTS (
            SELECT 1 FROM cases_assignment a
            WHERE a.dossier_id = item.dossier_id AND a.function = 'lead' AND a.is_named AND a.valid_until IS NULL)
        WHEN 'lead_kind' THEN EXISTS (
            SELECT 1 FROM cases_assignment a
            WHERE a.dossier_id = item.dossier_id AND a.function = 'lead' AND a.valid_until IS NULL)
        WHEN 'notified_on' THEN true  -- every case has its day
        WHEN 'case_manager_named' THEN EXISTS (
            SELECT 1 FROM cases_assignment a
            WHERE a.dossier_id = item.dossier_id AND a.function = 'case_manager' AND a.valid_until IS NULL)
        WHEN 'ahv_known' THEN EXISTS (
            SELECT 1 FROM persons_number n
            WHERE n.dossier_id = item.dossier_id AND n.until IS NULL AND n.digits IS NOT NULL)
        WHEN 'notifier_circle' THEN true  -- every case has one
        WHEN 'open_items' THEN true  -- the item is one
        WHEN 'written_request' THEN EXISTS (
            SELECT 1 FROM documents_document d
            WHERE d.dossier_id = item.dossier_id AND d.kind = 'placement_request' AND d.removed_at IS NULL
              AND d.kept_at >= least(item.asked_at, transaction_timestamp()))
        ELSE (
            SELECT f.value NOT IN ('false', '0', '""', 'null')
               AND (f.at >= least(item.asked_at, transaction_timestamp()) OR f.day IS NULL AND leading_applies_again(item, f.id))
            FROM leading_knownfact f
            WHERE f.dossier_id = item.dossier_id AND f.fact = item.settled_by
              AND f.value IS NOT NULL AND NOT EXISTS (SELECT 1 FROM leading_knownfact r WHERE r.replaces_id = f.id)
            ORDER BY f.day DESC NULLS LAST, f.id DESC LIMIT 1)
        END THEN 'done'
        WHEN leading_is_undone(item) THEN 'open' END;

INSERT INTO workitems_outcome VALUES
    ('', 'leading_outcome_of_fact'), ('triaged_on', 'leading_outcome_of_triage'), ('case', 'leading_outcome_of_case'),
    ('question', 'leading_outcome_of_question'), ('phase', 'leading_outcome_of_phase');
