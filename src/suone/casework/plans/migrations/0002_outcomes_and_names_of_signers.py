import django.db.models.deletion
import suone.ground.access.row_policies
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0001_initial"),
        ("dossiers", "0001_initial"),
        ("plans", "0001_initial"),
        ("workitems", "0002_kept_acts_settle"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignerName",
            fields=[
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="signed_instead",
                        serialize=False,
                        to="plans.signature",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="Name of whoever signed instead")),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="appointments.appointment"
                    ),
                ),
            ],
            options={
                "verbose_name": "name of a signer",
                "verbose_name_plural": "names of signers",
                "constraints": [
                    suone.ground.access.row_policies.RowPolicies(
                        insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                        name="plans_signername_row_policies",
                        select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << 0)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << 0)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0)))",
                    ),
                    suone.ground.access.row_policies.Stamp(name="signer_named", staff="staff"),
                ],
            },
        ),
        migrations.RunSQL(
            [
                "INSERT INTO plans_signername (signature_id, dossier_id, name, staff_id)"
                " SELECT id, dossier_id, signer_name, recorded_by_id FROM plans_signature"
                " WHERE signer_name <> '' AND recorded_by_id IS NOT NULL",
                "SET CONSTRAINTS ALL IMMEDIATE",  # else the tables cannot be changed below
                "SET CONSTRAINTS ALL DEFERRED",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint(
            model_name="plan",
            name="plans_plan_row_policies",
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="plans_signature_row_policies",
        ),
        migrations.RemoveField(
            model_name="signature",
            name="signer_name",
        ),
        migrations.AddField(
            model_name="plan",
            name="reviewed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=suone.ground.access.row_policies.RowPolicies(
                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND {table}.state = 'draft'",
                name="plans_plan_row_policies",
                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                updates=("review_on", "reviewed_at", "state", "version"),
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=suone.ground.access.row_policies.Stamp(at="reviewed_at", name="plan_reviewed"),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=suone.ground.access.row_policies.RowPolicies(
                before="{table}.state = 'waiting'",
                name="plans_signature_row_policies",
                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                update="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND ({table}.state = 'waiting' OR {table}.institution_id IS NULL OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) OR {table}.state = 'released' AND NOT EXISTS (SELECT 1 FROM cases_participant p WHERE p.dossier_id = {table}.dossier_id AND p.institution_id = {table}.institution_id AND p.state = 'taking_part'))",
                updates=("document", "form", "reminded_at", "signed_on", "state"),
            ),
        ),
        migrations.RunSQL("GRANT SELECT (reviewed_at) ON plans_plan TO suone_report", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT dossiers_keep_to_one_case()", migrations.RunSQL.noop),
        sql_file(__file__, "outcomes.sql"),
    ]
