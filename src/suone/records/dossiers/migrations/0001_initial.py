import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import suone.ground.access.first_tables
import suone.ground.access.row_policies
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0001_initial"),
        ("audit", "0001_initial"),
        ("institutions", "0001_initial"),
        ("persons", "0001_initial"),
    ]

    operations = [
        sql_file(__file__, "what_is_typed.sql"),
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Dossier",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=12, unique=True, verbose_name="Case number")),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dossiers",
                                to="persons.person",
                            ),
                        ),
                        ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("handed_over_at", models.DateTimeField(null=True)),
                        (
                            "receiver",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "verbose_name": "case file",
                        "verbose_name_plural": "case files",
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                name="dossiers_dossier_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                                updates=("version",),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Numbering",
                    fields=[
                        ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                        ("last", models.PositiveIntegerField()),
                    ],
                    options={
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(name="dossiers_numbering_row_policies")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Grant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="grants",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("categories", models.BigIntegerField()),
                        (
                            "power",
                            models.PositiveSmallIntegerField(
                                choices=[(1, "read"), (2, "read and contribute"), (3, "lead and open to others")]
                            ),
                        ),
                        ("valid_from", models.DateTimeField()),
                        ("valid_until", models.DateTimeField(default="9999-12-31T00:00:00Z")),
                        (
                            "because",
                            models.CharField(
                                choices=[
                                    ("notification", "own notification"),
                                    ("consent", "consent"),
                                    ("disclosure", "disclosure on a legal basis"),
                                    ("hand_over", "accepted hand-over"),
                                    ("medical_mandate", "medical mandate"),
                                    ("break_glass", "emergency opening"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("because_id", models.BigIntegerField()),
                        ("legal_basis", models.CharField(max_length=40)),
                        ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "verbose_name": "grant",
                        "verbose_name_plural": "grants",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("institution__isnull", False)),
                                fields=["dossier", "institution"],
                                include=("valid_from", "valid_until", "categories", "power"),
                                name="grant_dossier_institution",
                            ),
                            models.Index(
                                condition=models.Q(("institution__isnull", False)),
                                fields=["institution", "dossier"],
                                include=("valid_from", "valid_until", "categories", "power"),
                                name="grant_institution_dossier",
                            ),
                            models.Index(
                                condition=models.Q(("staff__isnull", False)),
                                fields=["dossier", "staff"],
                                include=("valid_from", "valid_until", "categories", "power"),
                                name="grant_dossier_staff",
                            ),
                            models.Index(
                                condition=models.Q(("staff__isnull", False)),
                                fields=["staff", "dossier"],
                                include=("valid_from", "valid_until", "categories", "power"),
                                name="grant_staff_dossier",
                            ),
                            models.Index(fields=["because", "because_id"], name="grant_because"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("institution__isnull", False), ("staff", None)),
                                    models.Q(("institution", None), ("staff__isnull", False)),
                                    _connector="OR",
                                ),
                                name="grant_to_institution_or_staff",
                                violation_error_message="Access goes to an institution or to one staff member.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("valid_until__gte", models.F("valid_from"))),
                                name="grant_period_runs_forward",
                                violation_error_message="Access must not end before it begins.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("categories__gt", 0), ("categories__lte", 2047)),
                                name="grant_categories_are_known",
                                violation_error_message="Name at least one data category.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("staff__isnull", False),
                                    django.db.models.lookups.Exact(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("categories"), "&", models.Value(16)
                                        ),
                                        0,
                                    ),
                                    _connector="OR",
                                ),
                                name="grant_health_to_staff_only",
                                violation_error_message="Health is opened to one staff member, never to an institution.",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[
                                    (models.F("dossier"), "="),
                                    (
                                        django.db.models.functions.comparison.Coalesce(
                                            models.F("institution"), models.Value(0)
                                        ),
                                        "=",
                                    ),
                                    (
                                        django.db.models.functions.comparison.Coalesce(
                                            models.F("staff"), models.Value(0)
                                        ),
                                        "=",
                                    ),
                                    (models.F("because"), "="),
                                    (models.F("because_id"), "="),
                                    (
                                        models.Func(
                                            models.F("valid_from"), models.F("valid_until"), function="tstzrange"
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="grant_no_overlapping_duplicate",
                                violation_error_message="This act has already opened access for the same period.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                name="dossiers_grant_row_policies",
                                select="coalesce((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) OR ((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff())), false)",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="dossiers.dossier",
                            ),
                        ),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("act", models.CharField(max_length=60)),
                        (
                            "category",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "Identity and contact"),
                                    (1, "Employment"),
                                    (2, "Education"),
                                    (3, "Finances"),
                                    (4, "Health"),
                                    (5, "Addiction"),
                                    (6, "Family and housing"),
                                    (7, "Justice"),
                                    (8, "Migration"),
                                    (9, "Social network"),
                                    (10, "Administrative"),
                                ],
                                default=10,
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "on_behalf_of",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("object_type", models.CharField(blank=True, max_length=60)),
                        ("object_id", models.BigIntegerField(null=True)),
                        ("text", models.CharField(blank=True, max_length=300)),
                        ("text_language", models.CharField(blank=True, max_length=2)),
                        ("texts", models.JSONField(null=True)),
                    ],
                    options={
                        "verbose_name": "event",
                        "verbose_name_plural": "events",
                        "indexes": [models.Index(fields=["dossier", "-id"], name="event_dossier_at")],
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))) AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff())) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())))",
                                name="dossiers_event_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0)))",
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="at", institution="institution", name="event_written", staff="staff"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Visit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="dossiers.dossier"
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("before", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("staff", "dossier"), name="visit_once_per_staff_and_case"),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job'",
                                insert="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                name="dossiers_visit_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                update="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                updates=("at", "before"),
                            ),
                            suone.ground.access.row_policies.Stamp(at="at", name="visit_made", staff="staff"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Emergency",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="emergencies",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("until", models.DateTimeField()),
                        ("reason", models.CharField(max_length=500)),
                    ],
                    options={
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                name="dossiers_emergency_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << 10)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << 10)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0))) OR (SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('audit.read')))",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Particulars",
                    fields=[
                        (
                            "dossier",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="particulars",
                                serialize=False,
                                to="dossiers.dossier",
                            ),
                        ),
                        ("last_name", models.CharField(blank=True, max_length=100, verbose_name="Last name")),
                        ("first_name", models.CharField(blank=True, max_length=100, verbose_name="First name")),
                        ("birth_year", models.PositiveSmallIntegerField(null=True)),
                        ("birth_month", models.PositiveSmallIntegerField(null=True)),
                        ("birth_day", models.PositiveSmallIntegerField(null=True)),
                        ("died_on", models.DateField(blank=True, null=True, verbose_name="Died on")),
                        (
                            "sex",
                            models.CharField(
                                blank=True,
                                choices=[("f", "female"), ("m", "male"), ("x", "other or not recorded")],
                                max_length=1,
                                verbose_name="Sex as recorded",
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("de", "German"), ("fr", "French"), ("it", "Italian"), ("en", "English")],
                                max_length=2,
                                verbose_name="Language of correspondence",
                            ),
                        ),
                        (
                            "interpreter_language",
                            models.CharField(blank=True, max_length=60, verbose_name="Interpreter needed for"),
                        ),
                        ("commune", models.CharField(blank=True, max_length=100, verbose_name="Commune")),
                        ("has_no_fixed_address", models.BooleanField(default=False, verbose_name="No fixed address")),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "sort_name",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Lower(
                                    models.Func(
                                        django.db.models.functions.text.Concat(
                                            models.F("last_name"), models.Value(" "), models.F("first_name")
                                        ),
                                        function="plain_letters",
                                    )
                                ),
                                output_field=models.CharField(max_length=210),
                            ),
                        ),
                        (
                            "letters",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Func(
                                    django.db.models.functions.text.Concat(
                                        models.F("last_name"), models.Value(" "), models.F("first_name")
                                    ),
                                    function="name_letters",
                                ),
                                output_field=models.CharField(max_length=210, null=True),
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "particulars",
                        "verbose_name_plural": "particulars",
                        "indexes": [
                            models.Index(
                                fields=["birth_year", "birth_month", "birth_day"], name="particulars_by_birth"
                            ),
                            models.Index(fields=["letters", "birth_year"], name="particulars_alike"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("last_name", ""), _negated=True),
                                    models.Q(("first_name", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="particulars_have_a_name",
                                violation_error_message="Enter the name; if the person has only one name, enter it in one of the two fields.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Func(
                                        models.F("birth_year"),
                                        models.F("birth_month"),
                                        models.F("birth_day"),
                                        function="birth_is_known",
                                        output_field=models.BooleanField(),
                                    )
                                ),
                                name="particulars_birth_is_a_day",
                                violation_error_message="This date of birth cannot be right: check it and type it again.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                name="dossiers_particulars_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                                updates=(
                                    "birth_day",
                                    "birth_month",
                                    "birth_year",
                                    "commune",
                                    "died_on",
                                    "first_name",
                                    "has_no_fixed_address",
                                    "interpreter_language",
                                    "language",
                                    "last_name",
                                    "sex",
                                    "version",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OtherName",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="other_names",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("former", "former name"), ("spelling", "other spelling")], max_length=10
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="Name")),
                    ],
                    options={
                        "verbose_name": "other name",
                        "verbose_name_plural": "other names",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("dossier", "kind", "name"),
                                name="other_name_once",
                                violation_error_message="This name is there already.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                                name="dossiers_othername_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactDetail",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contact_details",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("address", "Address"), ("telephone", "Telephone"), ("email", "E-mail")],
                                max_length=10,
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField()),
                        ("value", models.CharField(max_length=200)),
                        (
                            "digits",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Func(
                                    models.F("kind"), models.F("value"), function="telephone_digits"
                                ),
                                output_field=models.CharField(db_collation="C", max_length=200, null=True),
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "contact detail",
                        "verbose_name_plural": "contact details",
                        "indexes": [
                            models.Index(models.F("digits"), name="telephone_by_digits"),
                            models.Index(
                                django.db.models.functions.text.Substr("digits", 4), name="telephone_by_second_group"
                            ),
                            models.Index(
                                django.db.models.functions.text.Substr("digits", 7), name="telephone_by_third_group"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("dossier", "kind", "place"),
                                name="contact_detail_in_its_place",
                                violation_error_message="Each contact detail has a place of its own.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                                name="dossiers_contactdetail_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Residence",
                    fields=[
                        (
                            "dossier",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="residence",
                                serialize=False,
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "permit",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("CH", "Swiss citizen"),
                                    ("B", "B (residence permit)"),
                                    ("C", "C (settlement permit)"),
                                    ("Ci", "Ci (residence permit with gainful employment)"),
                                    ("F", "F (provisionally admitted)"),
                                    ("G", "G (cross-border commuter)"),
                                    ("L", "L (short-term residence)"),
                                    ("N", "N (asylum seeker)"),
                                    ("S", "S (protection status)"),
                                ],
                                max_length=2,
                                verbose_name="Permit",
                            ),
                        ),
                        (
                            "permit_expires_on",
                            models.DateField(blank=True, null=True, verbose_name="Permit expires on"),
                        ),
                        (
                            "status",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "no particular status"),
                                    ("recognised_refugee", "recognised refugee"),
                                    ("provisionally_admitted", "provisionally admitted"),
                                    ("provisionally_admitted_refugee", "provisionally admitted refugee"),
                                    ("asylum_seeker", "asylum seeker"),
                                    ("protection", "in need of protection"),
                                ],
                                max_length=40,
                                verbose_name="Status",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "verbose_name": "residence",
                        "verbose_name_plural": "residences",
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                name="dossiers_residence_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 8)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 8)) <> 0 OFFSET 0)))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 8)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 8)) <> 0 OFFSET 0)))",
                                updates=("permit", "permit_expires_on", "status", "version"),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NameEntry",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "principal",
                                "key",
                                "dossier",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("principal", models.BigIntegerField()),
                        ("key", models.CharField(db_collation="C", max_length=420)),
                        (
                            "dossier",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="dossiers.dossier",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["dossier", "principal"], name="name_entry_of_file")],
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(name="dossiers_nameentry_row_policies")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NamePart",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "principal",
                                "part",
                                "word",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("principal", models.BigIntegerField()),
                        ("part", models.CharField(db_collation="C", max_length=210)),
                        ("word", models.CharField(db_collation="C", max_length=210)),
                    ],
                    options={
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(name="dossiers_namepart_row_policies")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Doubt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "one",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
                            ),
                        ),
                        (
                            "other",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
                            ),
                        ),
                        (
                            "because",
                            models.CharField(
                                choices=[
                                    ("likeness", "the same name and day of birth, without a number"),
                                    ("number", "the same AHV number under another name or day of birth"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("found_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("cleared_at", models.DateTimeField(null=True)),
                        (
                            "cleared_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True, choices=[("one", "one person"), ("two", "two persons")], max_length=10
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("law", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "verbose_name": "doubt",
                        "verbose_name_plural": "doubts",
                        "constraints": [
                            models.UniqueConstraint(fields=("one", "other"), name="doubt_once_per_pair"),
                            models.CheckConstraint(
                                condition=models.Q(("one__lt", models.F("other"))),
                                name="doubt_of_an_earlier_and_a_later_file",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cleared_at", None), ("cleared_by", None), ("outcome", "")),
                                    models.Q(
                                        ("cleared_at__isnull", False),
                                        ("cleared_by__isnull", False),
                                        models.Q(("outcome", ""), _negated=True),
                                        models.Q(("reason", ""), _negated=True),
                                        models.Q(("law", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="doubt_cleared_by_somebody_with_a_reason_under_a_law",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                name="dossiers_doubt_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('person.merge')))",
                            ),
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "grants.sql"),
        sql_file(
            __file__,
            "entries_name_persons.sql",
            reverse="DROP TRIGGER dossiers_entry_names_persons ON audit_entry;DROP FUNCTION dossiers_entry_names_persons",
        ),
        sql_file(__file__, "open.sql"),
        sql_file(__file__, "names.sql"),
        sql_file(__file__, "doubts.sql"),
        sql_file(__file__, "acts.sql"),
        sql_file(__file__, "one_case.sql"),
    ]
