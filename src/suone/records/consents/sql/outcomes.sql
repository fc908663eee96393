-- The outcome of work items about consents and disclosures.

CREATE FUNCTION consents_outcome_of_renewal(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM consents_consent c WHERE c.id = item.about_id AND c.dossier_id = item.dossier_id
          AND (c.withdrawn_at IS NOT NULL OR EXISTS (SELECT 1 FROM consents_consent r WHERE r.renews_id = c.id))
    ) THEN 'done' END;

CREATE FUNCTION consents_outcome_of_informing(item workitems_workitem) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (
        SELECT 1 FROM consents_disclosure d
        WHERE d.id = item.about_id AND d.dossier_id = item.dossier_id AND d.informed_at IS NOT NULL
    ) THEN 'done' END;

INSERT INTO workitems_outcome VALUES
    ('consent', 'consents_outcome_of_renewal'), ('disclosure', 'consents_outcome_of_informing');
