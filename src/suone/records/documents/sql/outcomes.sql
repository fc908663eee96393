-- The outcome of work items that ask to renew a document.
CREATE FUNCTION documents_outcome_of_renewal(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN (
        SELECT CASE WHEN EXISTS (SELECT 1 FROM documents_document r WHERE r.replaces_id = d.id) THEN 'done'
                    WHEN d.removed_at IS NOT NULL THEN 'cancelled' END
        FROM documents_document d WHERE d.id = item.about_id AND d.dossier_id = item.dossier_id
    );

INSERT INTO workitems_outcome VALUES ('document', 'documents_outcome_of_renewal');
