-- The columns used for statistics: named columns of all rows, for jobs that switch to the reporting role (counting() in
-- access/database.py). No names, no numbers that identify anybody, no texts. An indicator that needs a further column
-- adds it here, or beside its own tables.
GRANT SELECT (dossier_id, state, state_since, level, region_id, first_contact_on, notified_at, notifier_id, outcome,
              closing_reason, closed_on) ON cases_case TO suone_report;
GRANT SELECT (dossier_id, kind, variant, state, ordered_on, institution_id, second_institution_id, started_on, ended_on,
              outcome) ON support_service TO suone_report;
GRANT SELECT (dossier_id, institution_id, state, since) ON cases_participant TO suone_report;
GRANT SELECT (id, code, kind, circle) ON institutions_institution TO suone_report;
GRANT SELECT (id, code, position) ON institutions_region TO suone_report;
GRANT EXECUTE ON FUNCTION actor_kind() TO suone_report;

CREATE POLICY cases_case_counted ON cases_case FOR SELECT TO suone_report USING ((SELECT actor_kind()) = 'job');
CREATE POLICY support_service_counted ON support_service FOR SELECT TO suone_report
    USING ((SELECT actor_kind()) = 'job');
CREATE POLICY cases_participant_counted ON cases_participant FOR SELECT TO suone_report
    USING ((SELECT actor_kind()) = 'job');
CREATE POLICY institutions_institution_counted ON institutions_institution FOR SELECT TO suone_report
    USING ((SELECT actor_kind()) = 'job');
CREATE POLICY institutions_region_counted ON institutions_region FOR SELECT TO suone_report
    USING ((SELECT actor_kind()) = 'job');
