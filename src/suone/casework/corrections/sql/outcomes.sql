-- An answered offer settles the work item about it.
CREATE FUNCTION corrections_outcome_of_offer(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM corrections_correction c
        WHERE c.id = item.about_id AND c.dossier_id = item.dossier_id AND c.state <> 'pending'
    ) THEN 'done' END;

INSERT INTO workitems_outcome VALUES ('correction', 'corrections_outcome_of_offer');
