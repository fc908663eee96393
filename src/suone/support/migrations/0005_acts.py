import django.db.models.deletion
import suone.access.row_policies
from django.db import migrations, models

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0003_who_answers_for_a_key"),
        ("consents", "0002_acts"),
        ("dossiers", "0010_acts"),
        ("institutions", "0002_what_an_institution_is_for"),
        ("support", "0004_services_by_category"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="service",
            name="service_mandate_says_until_when_it_is_open",
        ),
        migrations.RemoveConstraint(
            model_name="service",
            name="support_service_row_policies",
        ),
        migrations.AddField(
            model_name="service",
            name="stands_on",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consents.consent"
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("access_until__isnull", False), ("kind", "medical_mandate"), ("stands_on__isnull", False)
                    ),
                    models.Q(
                        models.Q(("kind", "medical_mandate"), _negated=True),
                        ("access_until", None),
                        ("stands_on", None),
                    ),
                    _connector="OR",
                ),
                name="service_mandate_says_until_when_it_is_open",
                violation_error_message="A medical mandate says until when the medical officer may read.",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=suone.access.row_policies.RowPolicies(
                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))",
                name="support_service_row_policies",
                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << 1)) <> 0 OR {table}.ordered_by_id = (SELECT actor_staff()) OR {table}.staff_id = (SELECT actor_staff()) OR {table}.second_staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << 1)) <> 0 OR {table}.ordered_by_id = (SELECT actor_staff()) OR {table}.staff_id = (SELECT actor_staff()) OR {table}.second_staff_id = (SELECT actor_staff())) OFFSET 0)))",
                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                updates=(
                    "access_until",
                    "ended_on",
                    "institution",
                    "outcome",
                    "staff",
                    "stands_on",
                    "started_on",
                    "state",
                ),
            ),
        ),
        sql_file(__file__, "acts.sql"),
        migrations.AddConstraint(
            model_name="service",
            constraint=suone.access.row_policies.Stamp(
                at="ordered_at", institution="ordering_institution", name="service_ordered", staff="ordered_by"
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=suone.access.row_policies.Stamp(at="ordered_on", name="service_ordered_on"),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=suone.access.row_policies.Stamp(at="started_on", name="service_started"),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=suone.access.row_policies.Stamp(at="ended_on", name="service_ended"),
        ),
        migrations.AddConstraint(
            model_name="servicetext",
            constraint=suone.access.row_policies.Stamp(
                at="at", institution="institution", name="service_text_written", staff="staff"
            ),
        ),
    ]
