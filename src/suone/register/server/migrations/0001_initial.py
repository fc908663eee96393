import django.db.models.deletion
import suone.ground.access.first_tables
import suone.ground.access.row_policies
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0001_initial"),
        ("institutions", "0001_initial"),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Enrolment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "institution",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                                verbose_name="Institution",
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField(unique=True)),
                        ("legal_basis", models.CharField(max_length=200, verbose_name="Legal basis")),
                        (
                            "responsible",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                                verbose_name="Responsible person",
                            ),
                        ),
                        ("began_on", models.DateField(verbose_name="Takes part from")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="Takes part until")),
                    ],
                    options={
                        "verbose_name": "participation in the register",
                        "verbose_name_plural": "participations in the register",
                        "ordering": ["place"],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("place__lt", 62)), name="enrolment_has_a_place"),
                            models.CheckConstraint(
                                condition=models.Q(("legal_basis", ""), _negated=True),
                                name="enrolment_on_a_legal_basis",
                                violation_error_message="Name the legal basis on which the institution takes part.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('register.oversee')))",
                                kinds=("job", "staff", "system"),
                                name="register_enrolment_row_policies",
                                select="true",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('register.oversee')))",
                                updates=("began_on", "ended_on", "legal_basis", "responsible"),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Alert",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "office",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="institutions.office",
                            ),
                        ),
                        (
                            "worker",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("reference", models.CharField(max_length=40)),
                        ("since", models.DateField()),
                        (
                            "other_institution",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "other_office",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="institutions.office",
                            ),
                        ),
                        (
                            "other_worker",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("other_since", models.DateField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("new", "new"),
                                    ("in_touch", "already in touch"),
                                    ("notified", "case notified"),
                                    ("set_aside", "set aside"),
                                ],
                                default="new",
                                max_length=10,
                            ),
                        ),
                        ("is_quiet", models.BooleanField(default=False)),
                        ("at", models.DateTimeField()),
                        ("answered_at", models.DateTimeField(null=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "alert",
                        "verbose_name_plural": "alerts",
                        "indexes": [models.Index(fields=["institution", "-id"], name="alert_of_institution")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at", None), ("state", "new")),
                                    models.Q(models.Q(("state", "new"), _negated=True), ("answered_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="alert_answered_at_a_time",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                name="register_alert_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                updates=("answered_at", "answered_by", "is_quiet", "state"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="answered_at", name="alert_answered", staff="answered_by"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AlertPreference",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "office",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="institutions.office",
                                verbose_name="Office",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "notifies",
                            models.CharField(
                                choices=[
                                    ("worker", "the responsible worker, or else the contact persons"),
                                    ("contacts", "the contact persons"),
                                    ("nobody", "nobody: the list of alerts is enough"),
                                ],
                                default="worker",
                                max_length=10,
                                verbose_name="Who is notified of new overlaps",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "setting of alerts",
                        "verbose_name_plural": "settings of alerts",
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                name="register_alertpreference_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                updates=("notifies",),
                            )
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "tables.sql", reverse="DROP SCHEMA register CASCADE"),
        sql_file(__file__, "epochs.sql"),
        sql_file(__file__, "deliveries.sql"),
        sql_file(__file__, "lookups.sql"),
        sql_file(__file__, "figures.sql"),
    ]
