import django.contrib.postgres.fields
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
        ("dossiers", "0001_initial"),
        ("institutions", "0001_initial"),
        ("instruments", "0001_initial"),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Assessment",
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
                                related_name="assessments",
                                to="dossiers.dossier",
                            ),
                        ),
                        ("instrument", models.SlugField(max_length=40)),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="instruments.instrumentversion",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
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
                        (
                            "state",
                            models.CharField(
                                choices=[("draft", "not finished"), ("finished", "finished")],
                                default="draft",
                                max_length=8,
                                verbose_name="State",
                            ),
                        ),
                        (
                            "saved_sections",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40), default=list, size=None
                            ),
                        ),
                        ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "started_by",
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
                        ("finished_on", models.DateField(null=True)),
                        (
                            "finished_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("decided_on", models.DateField(null=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("again_on", models.DateField(null=True)),
                    ],
                    options={
                        "verbose_name": "assessment",
                        "verbose_name_plural": "assessments",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("again_on__isnull", False)),
                                fields=["again_on", "id"],
                                name="assessment_due_again",
                            ),
                            models.Index(fields=["instrument", "finished_on"], name="assessment_finished"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("dossier", "instrument", "number"),
                                name="assessment_numbered_within_the_case",
                                violation_error_message="Somebody else has started this assessment at the same time: continue with theirs.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "draft")),
                                fields=("dossier", "instrument"),
                                name="assessment_one_draft_at_a_time",
                                violation_error_message="This assessment has already been started: continue with it.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("again_on__isnull", False)),
                                fields=("dossier", "instrument"),
                                name="assessment_one_clock_for_each_instrument",
                                violation_error_message="An instrument has only one due date for its reassessment.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("finished_by", None), ("finished_on", None), ("state", "draft")),
                                    models.Q(
                                        ("finished_by__isnull", False),
                                        ("finished_on__isnull", False),
                                        ("state", "finished"),
                                    ),
                                    _connector="OR",
                                ),
                                name="assessment_finished_by_somebody_on_a_day",
                                violation_error_message="A finished assessment has its day and its author.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_by", None), ("decided_on", None)),
                                    models.Q(
                                        ("decided_by__isnull", False),
                                        ("decided_on__isnull", False),
                                        ("state", "finished"),
                                    ),
                                    _connector="OR",
                                ),
                                name="assessment_decided_by_somebody_on_a_day",
                                violation_error_message="A decision has its day and the person who took it.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="{table}.state = 'draft' AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0))))",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0)))",
                                name="assessments_assessment_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0)))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0)))",
                                updates=(
                                    "again_on",
                                    "decided_by",
                                    "decided_on",
                                    "finished_by",
                                    "finished_on",
                                    "saved_sections",
                                    "state",
                                ),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="started_at",
                                institution="institution",
                                name="assessment_started",
                                staff="started_by",
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="finished_on", name="assessment_finished", staff="finished_by"
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="decided_on", name="assessment_decided", staff="decided_by"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Score",
                    fields=[
                        (
                            "assessment",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="score",
                                serialize=False,
                                to="assessments.assessment",
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
                            ),
                        ),
                        ("categories", models.BigIntegerField(default=0)),
                        ("points", models.DecimalField(decimal_places=2, max_digits=7)),
                        ("proposed", models.CharField(max_length=40)),
                        ("rule", models.PositiveSmallIntegerField(null=True)),
                        ("decided", models.CharField(blank=True, max_length=40, verbose_name="Decided")),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="Reason")),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("proposed", ""), _negated=True),
                                name="score_has_a_proposal",
                                violation_error_message="A finished assessment has its result.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided", ""),
                                    ("decided", models.F("proposed")),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="score_decided_otherwise_with_a_reason",
                                violation_error_message="A decision that differs from the proposal needs a reason.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                before="{table}.decided = ''",
                                insert="EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id AND a.state = 'draft') AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND ({table}.categories & ~(SELECT bit_or(o.categories) FROM (SELECT g.categories FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 UNION ALL SELECT g.categories FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2) o)) = 0))",
                                name="assessments_score_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND ({table}.categories & ~(SELECT bit_or(o.categories) FROM (SELECT g.categories FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 UNION ALL SELECT g.categories FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1) o)) = 0)",
                                update="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))) AND EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id AND a.decided_by_id = (SELECT actor_staff()))",
                                updates=("decided", "reason"),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SectionAnswers",
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
                            "assessment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sections",
                                to="assessments.assessment",
                            ),
                        ),
                        ("section", models.CharField(max_length=40)),
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
                        ("answers", models.JSONField(default=dict)),
                        ("language", models.CharField(max_length=2)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("saved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "saved_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("assessment", "section"),
                                name="section_answered_once_for_each_assessment",
                                violation_error_message="Somebody has saved this section at the same time: reload the page.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id AND a.state = 'draft') AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0))))",
                                insert="EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id AND a.state = 'draft') AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0))))",
                                name="assessments_sectionanswers_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.saved_by_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.saved_by_id = (SELECT actor_staff())) OFFSET 0)))",
                                update="EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id AND a.state = 'draft') AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0))))",
                                updates=("answers", "language", "saved_at", "saved_by", "version"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="saved_at", name="section_saved", staff="saved_by"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Line",
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
                            "assessment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lines",
                                to="assessments.assessment",
                            ),
                        ),
                        ("item", models.CharField(max_length=40)),
                        ("dimension", models.CharField(blank=True, max_length=40)),
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
                        ("answer", models.CharField(max_length=40)),
                        ("points", models.DecimalField(decimal_places=2, max_digits=6)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("assessment", "item"),
                                name="line_once_for_each_question",
                                violation_error_message="This assessment is finished already.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id AND a.state = 'draft') AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0))))",
                                insert="EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id AND a.state = 'draft') AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0))))",
                                name="assessments_line_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0)))",
                            ),
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "score.sql"),
    ]
