import django.db.models.deletion
import django.db.models.functions.datetime
import suone.ground.access.first_tables
import suone.ground.access.row_policies
import uuid
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0001_initial"),
        ("cases", "0001_initial"),
        ("documents", "0001_initial"),
        ("dossiers", "0001_initial"),
        ("institutions", "0001_initial"),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Plan",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="dossiers.dossier"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("integration_plan", "Integration plan"),
                                    ("action_plan", "Action plan"),
                                    ("target_agreement", "Target agreement"),
                                ],
                                max_length=20,
                                verbose_name="Kind",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        (
                            "previous",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="plans.plan",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("in_signing", "waiting for signatures"),
                                    ("binding", "binding"),
                                    ("superseded", "superseded"),
                                    ("dropped", "discarded"),
                                ],
                                default="draft",
                                max_length=12,
                            ),
                        ),
                        ("round", models.PositiveSmallIntegerField(default=0)),
                        ("review_on", models.DateField(blank=True, null=True, verbose_name="Review on")),
                        ("language", models.CharField(max_length=2)),
                        ("begun_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "begun_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("put_up_on", models.DateField(null=True)),
                        (
                            "put_up_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("binding_on", models.DateField(null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "verbose_name": "plan",
                        "verbose_name_plural": "plans",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("dossier", "kind", "number"),
                                name="plan_version_once",
                                violation_error_message="This version of the plan exists already.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["draft", "in_signing"])),
                                fields=("dossier", "kind"),
                                name="plan_one_in_the_making",
                                violation_error_message="A version of this plan is already being prepared: continue with that one.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "binding")),
                                fields=("dossier", "kind"),
                                name="plan_one_binding",
                                violation_error_message="Only one version of a plan is binding at a time.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("binding_on__isnull", False), ("state__in", ["binding", "superseded"])),
                                    models.Q(("binding_on", None), ("state__in", ["draft", "in_signing", "dropped"])),
                                    _connector="OR",
                                ),
                                name="plan_binding_since_a_day",
                                violation_error_message="A binding plan has the date from which it is binding.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("put_up_by", None), ("put_up_on", None)),
                                    models.Q(("put_up_by__isnull", False), ("put_up_on__isnull", False)),
                                    _connector="OR",
                                ),
                                name="plan_put_up_on_and_by_together",
                                violation_error_message="Who submitted the plan for signature, and when, are recorded together.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND {table}.state = 'draft'",
                                name="plans_plan_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                                update="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND ({table}.state <> 'binding' OR EXISTS (SELECT 1 FROM plans_signature s WHERE s.plan_id = {table}.id AND s.round = {table}.round AND s.state = 'signed') AND NOT EXISTS (SELECT 1 FROM plans_signature s WHERE s.plan_id = {table}.id AND s.round = {table}.round AND s.state IN ('waiting', 'declined')))",
                                updates=(
                                    "binding_on",
                                    "put_up_by",
                                    "put_up_on",
                                    "review_on",
                                    "round",
                                    "state",
                                    "version",
                                ),
                            ),
                            suone.ground.access.row_policies.Stamp(at="begun_at", name="plan_begun", staff="begun_by"),
                            suone.ground.access.row_policies.Stamp(
                                at="put_up_on", name="plan_put_up", staff="put_up_by"
                            ),
                            suone.ground.access.row_policies.Stamp(at="binding_on", name="plan_bound"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="plans.plan"
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="dossiers.dossier",
                            ),
                        ),
                        ("line", models.UUIDField(default=uuid.uuid4)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("situation", "Situation"),
                                    ("difficulty", "Difficulties"),
                                    ("resource", "Resources"),
                                    ("goal", "Goals"),
                                    ("commitment", "Commitments of the person"),
                                ],
                                max_length=12,
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
                        ("language", models.CharField(max_length=2)),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("plan", "line"),
                                name="entry_once_per_version",
                                violation_error_message="This line is already in the plan.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND EXISTS (SELECT 1 FROM plans_plan p WHERE p.id = {table}.plan_id AND p.dossier_id = {table}.dossier_id AND p.state IN ('draft'))",
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND EXISTS (SELECT 1 FROM plans_plan p WHERE p.id = {table}.plan_id AND p.dossier_id = {table}.dossier_id AND p.state IN ('draft'))",
                                name="plans_entry_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0)))",
                                update="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND EXISTS (SELECT 1 FROM plans_plan p WHERE p.id = {table}.plan_id AND p.dossier_id = {table}.dossier_id AND p.state IN ('draft'))",
                                updates=("category", "kind", "language", "text", "version"),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Measure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="measures", to="plans.plan"
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="dossiers.dossier",
                            ),
                        ),
                        ("line", models.UUIDField(default=uuid.uuid4)),
                        ("goal_line", models.UUIDField(null=True)),
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
                        ("title", models.CharField(max_length=300, verbose_name="Measure")),
                        ("language", models.CharField(max_length=2)),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                                verbose_name="Responsible institution",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                                verbose_name="Responsible person",
                            ),
                        ),
                        (
                            "offer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.serviceoffer",
                                verbose_name="From the catalogue",
                            ),
                        ),
                        (
                            "payer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                                verbose_name="Who pays",
                            ),
                        ),
                        ("payer_text", models.CharField(blank=True, max_length=200, verbose_name="About the payment")),
                        ("from_on", models.DateField(null=True, verbose_name="From")),
                        ("until_on", models.DateField(null=True, verbose_name="Until")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("planned", "planned"),
                                    ("running", "running"),
                                    ("done", "done"),
                                    ("broken_off", "broken off"),
                                ],
                                default="planned",
                                max_length=12,
                                verbose_name="State",
                            ),
                        ),
                        ("result", models.TextField(blank=True, verbose_name="Result")),
                        (
                            "is_for_labour_market",
                            models.BooleanField(default=False, verbose_name="Labour-market measure or placement"),
                        ),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "verbose_name": "measure",
                        "verbose_name_plural": "measures",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("plan", "line"),
                                name="measure_once_per_version",
                                violation_error_message="This line is already in the plan.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("from_on", None),
                                    ("until_on", None),
                                    ("until_on__gte", models.F("from_on")),
                                    _connector="OR",
                                ),
                                name="measure_runs_forward",
                                violation_error_message="The last day must not be before the first.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND EXISTS (SELECT 1 FROM plans_plan p WHERE p.id = {table}.plan_id AND p.dossier_id = {table}.dossier_id AND p.state IN ('draft'))",
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND EXISTS (SELECT 1 FROM plans_plan p WHERE p.id = {table}.plan_id AND p.dossier_id = {table}.dossier_id AND p.state IN ('draft'))",
                                name="plans_measure_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0)))",
                                update="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND EXISTS (SELECT 1 FROM plans_plan p WHERE p.id = {table}.plan_id AND p.dossier_id = {table}.dossier_id AND p.state IN ('draft', 'in_signing', 'binding'))",
                                updates=(
                                    "category",
                                    "from_on",
                                    "goal_line",
                                    "institution",
                                    "is_for_labour_market",
                                    "language",
                                    "offer",
                                    "payer",
                                    "payer_text",
                                    "result",
                                    "staff",
                                    "state",
                                    "title",
                                    "until_on",
                                    "version",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Signature",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="plans.plan"
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
                            ),
                        ),
                        ("round", models.PositiveSmallIntegerField()),
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
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "still to sign"),
                                    ("signed", "signed"),
                                    ("declined", "declined"),
                                    ("released", "no longer needed"),
                                ],
                                default="waiting",
                                max_length=10,
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
                            "form",
                            models.CharField(
                                blank=True,
                                choices=[("screen", "on screen"), ("scan", "as a scan"), ("paper", "on paper")],
                                max_length=10,
                                verbose_name="How",
                            ),
                        ),
                        ("signed_on", models.DateField(null=True, verbose_name="Signed on")),
                        (
                            "signer_name",
                            models.CharField(blank=True, max_length=150, verbose_name="Name of whoever signed instead"),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(null=True)),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("reminded_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "signature",
                        "verbose_name_plural": "signatures",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["plan", "round"],
                                name="signature_waiting",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("plan", "round", "institution"),
                                name="signature_once_per_party",
                                nulls_distinct=False,
                                violation_error_message="Each party signs a plan once.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "signed"), _negated=True),
                                    models.Q(
                                        ("recorded_at__isnull", False),
                                        ("recorded_by__isnull", False),
                                        ("signed_on__isnull", False),
                                        models.Q(("form", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="signature_with_day_form_and_recorder",
                                violation_error_message="A signature has a day, a form, and somebody who recorded it.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                before="{table}.state = 'waiting'",
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND {table}.state = 'waiting' AND EXISTS (SELECT 1 FROM plans_plan p WHERE p.id = {table}.plan_id AND p.dossier_id = {table}.dossier_id)",
                                name="plans_signature_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                                update="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND ({table}.state = 'waiting' OR {table}.institution_id IS NULL OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) OR {table}.state = 'released' AND NOT EXISTS (SELECT 1 FROM cases_participant p WHERE p.dossier_id = {table}.dossier_id AND p.institution_id = {table}.institution_id AND p.state = 'taking_part'))",
                                updates=(
                                    "document",
                                    "form",
                                    "recorded_at",
                                    "recorded_by",
                                    "reminded_at",
                                    "signed_on",
                                    "signer_name",
                                    "staff",
                                    "state",
                                ),
                            ),
                            suone.ground.access.row_policies.Stamp(at="reminded_at", name="signature_reminded"),
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "plans.sql"),
    ]
