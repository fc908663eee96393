-- The regions for which an institution works: a table that Django creates, with the same rights as the rest of the
-- directory.
GRANT SELECT, INSERT, DELETE ON institutions_institution_regions TO suone_app;
ALTER TABLE institutions_institution_regions ENABLE ROW LEVEL SECURITY;
CREATE POLICY institutions_institution_regions_select ON institutions_institution_regions FOR SELECT TO suone_app
    USING ((SELECT actor_kind()) IN ('job', 'staff', 'system'));
CREATE POLICY institutions_institution_regions_insert ON institutions_institution_regions FOR INSERT TO suone_app
    WITH CHECK ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit'))));
CREATE POLICY institutions_institution_regions_delete ON institutions_institution_regions FOR DELETE TO suone_app
    USING ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit'))));
