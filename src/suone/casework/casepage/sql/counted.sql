-- The columns used for statistics on cases: named columns of all rows, for jobs that switch to the reporting role
-- (counting() in access/database.py; the first tables are in support/sql/counted.sql). No names, no numbers that identify
-- anybody, no texts, no staff, nothing declared as personal data.
GRANT SELECT (id, opened_at) ON dossiers_dossier TO suone_report;
GRANT SELECT (dossier_id, at, until) ON dossiers_emergency TO suone_report;
GRANT SELECT (dossier_id, function, valid_from, valid_until) ON cases_assignment TO suone_report;
GRANT SELECT (dossier_id, instrument, instrument_version, level, decided_at) ON leading_triage TO suone_report;
GRANT SELECT (dossier_id, from_level, to_level, "on", institution_id) ON leading_levelchange TO suone_report;
GRANT SELECT (dossier_id, kind, category, at, institution_id) ON cases_note TO suone_report;
GRANT SELECT (id, dossier_id, kind, asked_institution_id, asked_at, addressed_id, due_on, reminded_at, state, answered_at)
    ON decisions_decision TO suone_report;
GRANT SELECT (dossier_id, decision_id, sender_id, receiver_id, office_id, constellation, basis, proposed_on, accepted_at,
              overlap_until, sender_left_at) ON handovers_handover TO suone_report;
GRANT SELECT (id, dossier_id, kind, number, previous_id, state, round, review_on, begun_at, put_up_on, binding_on)
    ON plans_plan TO suone_report;
GRANT SELECT (plan_id, dossier_id, kind, category) ON plans_entry TO suone_report;
GRANT SELECT (plan_id, dossier_id, category, institution_id, offer_id, payer_id, from_on, until_on, state,
              is_for_labour_market) ON plans_measure TO suone_report;
GRANT SELECT (plan_id, dossier_id, round, institution_id, state, form, signed_on, recorded_at)
    ON plans_signature TO suone_report;
GRANT SELECT (id, dossier_id, kind, region_id, state, starts_at, minutes, person_part, person_came, answer_until,
              all_answered_at, convening_id, convened_at, minutes_finished_at) ON meetings_meeting TO suone_report;
GRANT SELECT (meeting_id, dossier_id, institution_id, role, answer, answered_at, presence)
    ON meetings_invitee TO suone_report;
GRANT SELECT (id, dossier_id, instrument, version_id, number, category, state, started_at, institution_id, finished_on,
              decided_on, again_on) ON assessments_assessment TO suone_report;
GRANT SELECT (id, dossier_id, valid_from, valid_until, is_recurring, oral_allowed, grantor, signature_form, signed_on,
              recorded_at, recorded_institution_id, withdrawn_at, renews_id) ON consents_consent TO suone_report;
GRANT SELECT (consent_id, dossier_id, institution_id, signed_categories, categories)
    ON consents_consentrecipient TO suone_report;
GRANT SELECT (dossier_id, basis, form, giver_id, recipient_id, categories, at, inform_until, informed_at)
    ON consents_disclosure TO suone_report;
GRANT SELECT (dossier_id, category, due_on, addressed_id, controlling_id, asked_at, state, done_at, settled_by, step)
    ON workitems_workitem TO suone_report;
GRANT SELECT (dossier_id, version_id, phase, phase_since) ON leading_course TO suone_report;
GRANT SELECT (dossier_id, version_id, from_phase, to_phase, "on") ON leading_passage TO suone_report;
GRANT SELECT (dossier_id, fact, at, institution_id) ON leading_knownfact TO suone_report;
GRANT SELECT (id, identifier, version, canton) ON procedures_procedureversion TO suone_report;
GRANT SELECT (id, identifier, version) ON instruments_instrumentversion TO suone_report;
GRANT SELECT (institution_id, "on", asker, channel, topic, minutes, region_id, is_anonymous, led_to)
    ON advice_advice TO suone_report;
GRANT SELECT (id, institution_id, region_id) ON institutions_office TO suone_report;
GRANT SELECT (id, institution_id) ON institutions_serviceoffer TO suone_report;

DO $$
DECLARE
    counted text;
BEGIN
    FOR counted IN SELECT DISTINCT p.table_name FROM information_schema.column_privileges p
        WHERE p.grantee = 'suone_report' AND p.table_schema = 'public' AND p.privilege_type = 'SELECT'
          AND NOT EXISTS (SELECT 1 FROM pg_policies w WHERE w.tablename = p.table_name AND w.roles = '{suone_report}')
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO suone_report USING ((SELECT actor_kind()) = ''job'')',
                       counted || '_counted', counted);
    END LOOP;
END $$;
