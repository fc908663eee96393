import django.db.models.deletion
import django.db.models.functions.datetime
import suone.ground.access.row_policies
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0001_initial"),
        ("dossiers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Representative",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="representatives",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("parent", "parent"), ("guardian", "guardian")], max_length=10, verbose_name="Signs as"
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="Name")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="Telephone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="E-mail")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="Address")),
                (
                    "is_address_withheld",
                    models.BooleanField(default=False, verbose_name="Keep the address from the other representatives"),
                ),
                ("decided_by", models.CharField(blank=True, max_length=150, verbose_name="Decided by (authority)")),
                ("valid_from", models.DateField(verbose_name="Signs from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="Signs until")),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="appointments.appointment"
                    ),
                ),
                ("ended_on", models.DateField(null=True, verbose_name="Ended on")),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appointments.appointment",
                    ),
                ),
            ],
            options={
                "verbose_name": "legal representative",
                "verbose_name_plural": "legal representatives",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="representative_period_runs_forward",
                        violation_error_message="The last day must not be before the first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "parent"), models.Q(("decided_by", ""), _negated=True), _connector="OR"
                        ),
                        name="guardian_has_an_authority",
                        violation_error_message="Enter which authority decided on the guardian.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_by", None), ("ended_on", None)),
                            models.Q(("ended_by__isnull", False), ("ended_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="representative_ended_on_and_by_together",
                        violation_error_message="Who ended the representation, and when, belong together.",
                    ),
                    suone.ground.access.row_policies.RowPolicies(
                        insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                        name="representation_representative_row_policies",
                        select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                        update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                        updates=("ended_by", "ended_on"),
                    ),
                    suone.ground.access.row_policies.Stamp(
                        at="recorded_at", name="representative_recorded", staff="recorded_by"
                    ),
                    suone.ground.access.row_policies.Stamp(
                        at="ended_on", name="representative_ended", staff="ended_by"
                    ),
                ],
            },
        ),
    ]
