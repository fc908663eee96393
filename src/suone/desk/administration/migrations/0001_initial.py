import django.db.models.deletion
import suone.ground.access.row_policies
from django.conf import settings
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0001_initial"),
        ("cases", "0001_initial"),
        ("consents", "0001_initial"),
        ("decisions", "0001_initial"),
        ("dossiers", "0001_initial"),
        ("institutions", "0001_initial"),
        ("meetings", "0001_initial"),
        ("workitems", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseloadPassing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="institutions.institution"
                    ),
                ),
                (
                    "leaver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="appointments.appointment"
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="appointments.appointment"
                    ),
                ),
                (
                    "successor_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="appointments.appointment"
                    ),
                ),
                (
                    "given_by_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("given_at", models.DateTimeField()),
                ("leads", models.PositiveIntegerField()),
                ("followed", models.PositiveIntegerField()),
                ("items", models.PositiveIntegerField()),
                ("requests", models.PositiveIntegerField()),
                ("meetings", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("successor_account", models.F("given_by_account")), _negated=True),
                            models.Q(("successor", models.F("leaver")), _negated=True),
                        ),
                        name="caseload_passes_to_another_account",
                        violation_error_message="You cannot pass a caseload on to yourself.",
                    ),
                    suone.ground.access.row_policies.RowPolicies(
                        name="administration_caseloadpassing_row_policies",
                        select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('appointment.oversee'))) OR (SELECT actor_may('appointment.administer')) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                    ),
                ],
            },
        ),
        sql_file(__file__, "caseload.sql"),
    ]
