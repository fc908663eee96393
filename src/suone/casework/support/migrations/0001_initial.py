import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import suone.ground.access.first_tables
import suone.ground.access.row_policies
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0001_initial"),
        ("cases", "0001_initial"),
        ("consents", "0001_initial"),
        ("dossiers", "0001_initial"),
        ("institutions", "0001_initial"),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Service",
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
                                related_name="services",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("round_table", "Round table"),
                                    ("assessment", "Assessment"),
                                    ("coaching", "Coaching RAV–SMZ"),
                                    ("case_management", "Case management"),
                                    ("medical_mandate", "Medical mandate"),
                                ],
                                max_length=20,
                                verbose_name="Kind",
                            ),
                        ),
                        (
                            "variant",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("tandem", "tandem: RAV adviser and social worker"),
                                    ("intensive", "intensive coaching"),
                                ],
                                max_length=10,
                                verbose_name="Variant",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("ordered", "ordered"),
                                    ("running", "under way"),
                                    ("completed", "completed"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="ordered",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("ordered_on", models.DateField(verbose_name="Ordered on")),
                        ("ordered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "ordered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "ordering_institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                                verbose_name="Responsible",
                            ),
                        ),
                        (
                            "second_institution",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "second_staff",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("started_on", models.DateField(null=True, verbose_name="Begun on")),
                        ("ended_on", models.DateField(null=True, verbose_name="Ended on")),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("reintegrated", "reintegrated"),
                                    ("continued", "continued by another service or institution"),
                                    ("not_reintegrated", "not reintegrated"),
                                    ("broken_off", "broken off"),
                                ],
                                max_length=20,
                                verbose_name="Outcome",
                            ),
                        ),
                        ("access_until", models.DateTimeField(null=True)),
                        (
                            "based_on",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="consents.consent",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "service",
                        "verbose_name_plural": "services",
                        "indexes": [
                            models.Index(fields=["ordered_on", "kind"], name="service_ordered"),
                            models.Index(
                                condition=models.Q(("ended_on__isnull", False)),
                                fields=["ended_on", "kind"],
                                name="service_ended",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "coaching"), models.Q(("variant", ""), _negated=True)),
                                    models.Q(models.Q(("kind", "coaching"), _negated=True), ("variant", "")),
                                    _connector="OR",
                                ),
                                name="service_coaching_has_a_variant",
                                violation_error_message="Coaching is either tandem or intensive; other services have no variant.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("kind", "coaching"),
                                        ("second_institution__isnull", False),
                                        ("second_staff__isnull", False),
                                        models.Q(("second_institution", models.F("institution")), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("kind", "coaching"), _negated=True),
                                        ("second_institution", None),
                                        ("second_staff", None),
                                    ),
                                    _connector="OR",
                                ),
                                name="service_coaching_of_two_institutions",
                                violation_error_message="A coaching has two people from two institutions.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ended_on", None), ("state__in", ["ordered", "running"])),
                                    models.Q(
                                        models.Q(("state__in", ["ordered", "running"]), _negated=True),
                                        ("ended_on__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="service_ended_on_and_state_together",
                                violation_error_message="A service that has ended has an end date; an open one has none.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("kind", "coaching"),
                                        ("state", "completed"),
                                        models.Q(("outcome", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("kind", "coaching"), ("state", "completed"), _negated=True),
                                        ("outcome", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="service_completed_coaching_has_an_outcome",
                                violation_error_message="A completed coaching has an outcome, nothing else has one.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("access_until__isnull", False),
                                        ("based_on__isnull", False),
                                        ("kind", "medical_mandate"),
                                    ),
                                    models.Q(
                                        models.Q(("kind", "medical_mandate"), _negated=True),
                                        ("access_until", None),
                                        ("based_on", None),
                                    ),
                                    _connector="OR",
                                ),
                                name="service_mandate_says_until_when_it_is_open",
                                violation_error_message="A medical mandate has a date until which the medical officer may read.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "case_management"), ("state__in", ["ordered", "running"])),
                                fields=("dossier",),
                                name="service_one_case_management_at_a_time",
                                violation_error_message="A case has one case management at a time.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                before="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))) OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) OR ((SELECT actor_kind()) = 'staff' AND {table}.second_institution_id = (SELECT actor_institution())) OR {table}.kind IN ('round_table', 'assessment')",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))",
                                name="support_service_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << 1)) <> 0 OR {table}.ordered_by_id = (SELECT actor_staff()) OR {table}.staff_id = (SELECT actor_staff()) OR {table}.second_staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << 1)) <> 0 OR {table}.ordered_by_id = (SELECT actor_staff()) OR {table}.staff_id = (SELECT actor_staff()) OR {table}.second_staff_id = (SELECT actor_staff())) OFFSET 0)))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                                updates=(
                                    "access_until",
                                    "based_on",
                                    "ended_on",
                                    "institution",
                                    "outcome",
                                    "staff",
                                    "started_on",
                                    "state",
                                ),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="ordered_at",
                                institution="ordering_institution",
                                name="service_ordered",
                                staff="ordered_by",
                            ),
                            suone.ground.access.row_policies.Stamp(at="ordered_on", name="service_ordered_on"),
                            suone.ground.access.row_policies.Stamp(at="started_on", name="service_started"),
                            suone.ground.access.row_policies.Stamp(at="ended_on", name="service_ended"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ServiceText",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
                            ),
                        ),
                        (
                            "service",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="texts", to="support.service"
                            ),
                        ),
                        (
                            "part",
                            models.CharField(
                                choices=[
                                    ("question", "What it should find out"),
                                    ("result", "Result"),
                                    ("findings", "Medical findings"),
                                    ("consequences", "Consequences for fitness and capacity"),
                                    ("restrictions", "Restrictions at work"),
                                    ("reason", "Reason"),
                                ],
                                max_length=12,
                                verbose_name="Part",
                            ),
                        ),
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
                                verbose_name="Data category",
                            ),
                        ),
                        ("text", models.TextField(verbose_name="Text")),
                        (
                            "capacity_percent",
                            models.PositiveSmallIntegerField(
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(100)],
                                verbose_name="Capacity in an adapted activity, in per cent",
                            ),
                        ),
                        ("language", models.CharField(max_length=2)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "text of a service",
                        "verbose_name_plural": "texts of services",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("service", "part"),
                                name="service_text_once_for_each_part",
                                violation_error_message="This part has been written already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("part", "findings"), _negated=True), ("category", 4), _connector="OR"
                                ),
                                name="service_text_findings_in_health",
                                violation_error_message="Medical findings belong in the health compartment.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("part__in", ["consequences", "restrictions"]), _negated=True),
                                    ("category", 1),
                                    _connector="OR",
                                ),
                                name="service_text_consequences_under_employment",
                                violation_error_message="Consequences for fitness and capacity belong under employment.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("capacity_percent", None),
                                    models.Q(("capacity_percent__lte", 100), ("part", "consequences")),
                                    _connector="OR",
                                ),
                                name="service_text_capacity_is_a_consequence",
                                violation_error_message="The capacity is a percentage, and part of the consequences.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="{table}.part <> 'findings' AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) OR ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0))))",
                                name="support_servicetext_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0)))",
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="at", institution="institution", name="service_text_written", staff="staff"
                            ),
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "counted.sql"),
        sql_file(__file__, "running.sql", reverse="DROP FUNCTION support_running"),
        sql_file(__file__, "acts.sql"),
    ]
