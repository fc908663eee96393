-- What was typed about a case is destroyed with it. (As in granted(), a table of `dossiers` is named: a draft is asked for by its
-- case wherever a form stands.)
DELETE FROM entrances_draft d
    WHERE d.dossier_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM dossiers_dossier o WHERE o.id = d.dossier_id);
ALTER TABLE entrances_draft ADD CONSTRAINT draft_of_a_case_that_is_kept
    FOREIGN KEY (dossier_id) REFERENCES dossiers_dossier ON DELETE CASCADE;
