-- A fact was recorded, corrected or taken back since the step was set, or a document removed, and the case is still in its phase:
-- its condition may have changed. What the condition is only the engine knows.
CREATE FUNCTION leading_outcome_of_condition(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM leading_course c
        WHERE c.dossier_id = item.dossier_id AND c.phase = split_part(item.step, '/', 1)
    ) AND (EXISTS (
        SELECT 1 FROM leading_knownfact f
        WHERE f.dossier_id = item.dossier_id AND f.at >= item.asked_at
    ) OR EXISTS (
        SELECT 1 FROM documents_document d
        WHERE d.dossier_id = item.dossier_id AND greatest(d.kept_at, d.removed_at) >= item.asked_at
    )) THEN 'cancelled' END;

INSERT INTO workitems_outcome VALUES ('condition', 'leading_outcome_of_condition');
