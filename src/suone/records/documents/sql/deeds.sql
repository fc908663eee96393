-- What acts on documents say of the work item that asks to renew one.
CREATE FUNCTION documents_say_of_renewal(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN (
        SELECT CASE WHEN EXISTS (SELECT 1 FROM documents_document r WHERE r.replaces_id = d.id) THEN 'done'
                    WHEN d.removed_at IS NOT NULL THEN 'cancelled' END
        FROM documents_document d WHERE d.id = item.about_id AND d.dossier_id = item.dossier_id
    );

INSERT INTO workitems_deed VALUES ('document', 'documents_say_of_renewal');
