-- The outcome of work items that ask for contributions: an institution's own is done once it has contributed, all of them
-- once no more contributions are awaited.
CREATE FUNCTION meetings_outcome_of_contribution(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM meetings_invitee i JOIN meetings_meeting m ON m.id = i.meeting_id
        WHERE m.dossier_id = item.dossier_id AND i.institution_id = item.addressed_id AND i.contributed_at >= item.asked_at
    ) OR leading_outcome_of_fact(item) = 'done' THEN 'done' END;

INSERT INTO workitems_outcome VALUES ('contributions_in', 'meetings_outcome_of_contribution');
