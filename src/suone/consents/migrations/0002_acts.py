import suone.access.row_policies
from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("consents", "0001_initial"),
        ("dossiers", "0010_acts"),
    ]

    operations = [
        sql_file(__file__, "acts.sql"),
        migrations.RemoveConstraint(
            model_name="consentrecipient",
            name="consents_consentrecipient_row_policies",
        ),
        migrations.RemoveConstraint(
            model_name="disclosure",
            name="consents_disclosure_row_policies",
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=suone.access.row_policies.Stamp(
                at="recorded_at", institution="recorded_institution", name="consent_recorded", staff="recorded_by"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=suone.access.row_policies.Stamp(at="expiry_told_at", name="consent_expiry_told"),
        ),
        migrations.AddConstraint(
            model_name="consentrecipient",
            constraint=suone.access.row_policies.RowPolicies(
                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))) AND {table}.categories = {table}.signed_categories AND EXISTS (SELECT 1 FROM consents_consent c WHERE c.id = {table}.consent_id AND c.dossier_id = {table}.dossier_id AND c.recorded_at >= now())",
                name="consents_consentrecipient_row_policies",
                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=suone.access.row_policies.RowPolicies(
                before="{table}.informed_at IS NULL",
                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))) AND ((SELECT actor_kind()) = 'staff' AND {table}.giver_id = (SELECT actor_institution())) AND ((SELECT actor_kind()) = 'staff' AND {table}.giver_staff_id = (SELECT actor_staff())) AND (({table}.basis = 'consent' AND EXISTS (SELECT 1 FROM consents_consentrecipient r JOIN consents_consent c ON c.id = r.consent_id WHERE r.consent_id = {table}.consent_id AND r.dossier_id = {table}.dossier_id AND r.institution_id = {table}.recipient_id AND c.withdrawn_at IS NULL AND ({table}.categories & ~r.categories) = 0)) OR ({table}.basis NOT IN ('consent', 'hand-over', 'clearing-of-doubts') AND ({table}.categories & ~dossiers_categories_open({table}.dossier_id)) = 0))",
                name="consents_disclosure_row_policies",
                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                updates=("informed_at", "informed_by"),
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=suone.access.row_policies.Stamp(at="at", name="disclosure_made"),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=suone.access.row_policies.Stamp(at="informed_at", name="disclosure_told", staff="informed_by"),
        ),
    ]
