-- The parties to a convention: a table that Django creates, with the same rights as the rest of the directory.
GRANT SELECT, INSERT, DELETE ON institutions_convention_parties TO suone_app;
ALTER TABLE institutions_convention_parties ENABLE ROW LEVEL SECURITY;
CREATE POLICY institutions_convention_parties_select ON institutions_convention_parties FOR SELECT TO suone_app
    USING ((SELECT actor_kind()) IN ('job', 'staff', 'system'));
CREATE POLICY institutions_convention_parties_insert ON institutions_convention_parties FOR INSERT TO suone_app
    WITH CHECK ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit'))));
CREATE POLICY institutions_convention_parties_delete ON institutions_convention_parties FOR DELETE TO suone_app
    USING ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit'))));
