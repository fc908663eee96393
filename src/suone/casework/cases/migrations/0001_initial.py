import django.contrib.postgres.constraints
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
        ("decisions", "0001_initial"),
        ("dossiers", "0001_initial"),
        ("institutions", "0001_initial"),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Case",
                    fields=[
                        (
                            "dossier",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="case",
                                serialize=False,
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("notified", "notified"),
                                    ("in_triage", "in triage"),
                                    ("active", "active"),
                                    ("suspended", "suspended"),
                                    ("in_aftercare", "in aftercare"),
                                    ("closed", "closed"),
                                    ("rejected", "rejected"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="notified",
                                max_length=12,
                                verbose_name="State",
                            ),
                        ),
                        ("state_since", models.DateField()),
                        (
                            "level",
                            models.CharField(
                                blank=True,
                                choices=[("simple", "simple"), ("network", "network"), ("complex", "complex")],
                                max_length=10,
                                verbose_name="Level",
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.region",
                                verbose_name="Region",
                            ),
                        ),
                        (
                            "first_contact_on",
                            models.DateField(
                                blank=True, null=True, verbose_name="First contact at the notifying institution"
                            ),
                        ),
                        ("notified_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "notifier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "counted_for",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                                verbose_name="Counted for",
                            ),
                        ),
                        (
                            "notified_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("primary_market", "work in the primary labour market"),
                                    ("internship", "internship or work trial with prospect"),
                                    ("training", "education or training"),
                                    ("second_market", "work in the supplementary labour market"),
                                    ("social", "social integration"),
                                    ("benefits", "claims clarified, benefits granted"),
                                    ("stabilised", "situation stabilised"),
                                    ("none", "goals not reached"),
                                    ("stopped", "stopped without hand-over"),
                                ],
                                max_length=20,
                                verbose_name="Outcome",
                            ),
                        ),
                        (
                            "closing_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("goals_reached", "goals reached"),
                                    ("network_enough", "support in the network is enough"),
                                    ("person_ends", "the person ends the collaboration"),
                                    ("moved", "moved away"),
                                    ("died", "the person has died"),
                                    ("no_potential", "no potential for integration at present"),
                                    ("other", "other reason"),
                                ],
                                max_length=20,
                                verbose_name="Reason for closing",
                            ),
                        ),
                        ("closed_on", models.DateField(null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "verbose_name": "case",
                        "verbose_name_plural": "cases",
                        "indexes": [models.Index(fields=["state", "state_since"], name="case_open")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "closed"), _negated=True),
                                    models.Q(
                                        ("closed_on__isnull", False),
                                        models.Q(("closing_reason", ""), _negated=True),
                                        models.Q(
                                            models.Q(("outcome", ""), _negated=True),
                                            ("closing_reason", "died"),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="case_closed_with_outcome_and_reason",
                                violation_error_message="A closed case has a closing date, an outcome and a reason.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                                name="cases_case_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                                updates=(
                                    "closed_on",
                                    "closing_reason",
                                    "counted_for",
                                    "first_contact_on",
                                    "level",
                                    "outcome",
                                    "region",
                                    "state",
                                    "state_since",
                                    "version",
                                ),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="notified_at", institution="notifier", name="case_notified", staff="notified_by"
                            ),
                            suone.ground.access.row_policies.Stamp(at="state_since", name="case_in_state"),
                            suone.ground.access.row_policies.Stamp(at="closed_on", name="case_closed"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Background",
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
                                related_name="background",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("question", "Question to the IIZ office"),
                                    ("risk_factor", "Risk factors"),
                                    ("education", "Completed education"),
                                    ("state_reason", "Reason"),
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
                        (
                            "risk_factor",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("health", "uncertain health"),
                                    ("addiction", "addiction"),
                                    ("illiteracy", "reading and writing"),
                                    ("finances", "finances, debts"),
                                    ("education", "low level of education"),
                                    ("language", "local language"),
                                    ("family", "family, childcare"),
                                    ("housing", "housing"),
                                    ("isolation", "isolation"),
                                    ("mobility", "mobility"),
                                    ("justice", "justice"),
                                    ("long_unemployment", "long-term unemployment"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("text", models.TextField(blank=True)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                    ],
                    options={
                        "verbose_name": "background",
                        "verbose_name_plural": "background",
                        "indexes": [models.Index(fields=["dossier", "id"], name="background_of_case")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "risk_factor"), models.Q(("risk_factor", ""), _negated=True)),
                                    models.Q(models.Q(("kind", "risk_factor"), _negated=True), ("risk_factor", "")),
                                    _connector="OR",
                                ),
                                name="background_names_a_risk_factor_or_says_something",
                                violation_error_message="A risk factor is chosen from the list; a question or a reason is a text.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="{table}.kind IN ('question', 'risk_factor') AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0))) OR ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())))",
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND ((SELECT actor_kind()) = 'job' OR (((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff())) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))))",
                                name="cases_background_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0)))",
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="at", institution="institution", name="background_written", staff="staff"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Assignment",
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
                                related_name="assignments",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "function",
                            models.CharField(
                                choices=[("lead", "Lead"), ("case_manager", "Case manager")], max_length=12
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
                        ("is_named", models.BooleanField(default=True)),
                        ("valid_from", models.DateTimeField()),
                        ("valid_until", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[
                                    (models.F("dossier"), "="),
                                    (models.F("function"), "="),
                                    (
                                        models.Func(
                                            models.F("valid_from"), models.F("valid_until"), function="tstzrange"
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="one_lead_and_one_case_manager_at_a_time",
                                violation_error_message="A case has one lead and one case manager at a time.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))",
                                name="cases_assignment_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))",
                                updates=("valid_until",),
                            ),
                            suone.ground.access.row_policies.Stamp(at="valid_from", name="assignment_begun"),
                            suone.ground.access.row_policies.Stamp(at="valid_until", name="assignment_ended"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Participant",
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
                                related_name="participants",
                                to="dossiers.dossier",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "asked"),
                                    ("taking_part", "takes part"),
                                    ("declined", "does not take part"),
                                    ("left", "no longer takes part"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="decisions.decision",
                            ),
                        ),
                        ("since", models.DateField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["asked", "taking_part"])),
                                fields=("dossier", "institution"),
                                name="participant_once_per_case",
                                violation_error_message="This institution already takes part, or has been asked to.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                before="{table}.state IN ('asked', 'taking_part')",
                                insert="{table}.state = 'asked' AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))) OR {table}.state = 'taking_part' AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                name="cases_participant_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0))) OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                update="((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) OR (SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))",
                                updates=("since", "staff", "state"),
                            ),
                            suone.ground.access.row_policies.Stamp(at="since", name="participant_in_state"),
                            suone.ground.access.row_policies.AdditionalInsertPolicy(
                                condition="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff())) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) AND {table}.object_type = 'participant' AND {table}.act IN ('case.participant_joined', 'case.participant_declined', 'case.participant_left') AND EXISTS (SELECT 1 FROM cases_participant p WHERE p.id = {table}.object_id AND p.dossier_id = {table}.dossier_id AND p.institution_id = (SELECT actor_institution()))",
                                into="dossiers_event",
                                name="cases_participant_event",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Note",
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
                                related_name="notes",
                                to="dossiers.dossier",
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
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("note", "note"),
                                    ("call", "telephone call"),
                                    ("meeting", "conversation, meeting"),
                                    ("plan", "plan, goals"),
                                ],
                                default="note",
                                max_length=10,
                                verbose_name="Kind",
                            ),
                        ),
                        ("text", models.TextField(verbose_name="Text")),
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
                        ("version", models.PositiveIntegerField(default=1)),
                        ("changed_at", models.DateTimeField(null=True)),
                        ("redacted_at", models.DateTimeField(null=True)),
                        (
                            "redacted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("redaction_reason", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "verbose_name": "note",
                        "verbose_name_plural": "notes",
                        "indexes": [models.Index(fields=["dossier", "-id"], name="note_of_case")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("redacted_at", None),
                                    models.Q(("text", ""), models.Q(("redaction_reason", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="note_redacted_whole",
                                violation_error_message="A redacted note has no text, and a reason.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND ((SELECT actor_kind()) = 'job' OR (((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff())) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))))",
                                name="cases_note_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0)))",
                                update="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND (((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) OR (SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0))))",
                                updates=(
                                    "changed_at",
                                    "redacted_at",
                                    "redacted_by",
                                    "redaction_reason",
                                    "text",
                                    "version",
                                ),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="at", institution="institution", name="note_written", staff="staff"
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="changed_at", name="note_changed", watches=("text",)
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="redacted_at", name="note_redacted", staff="redacted_by"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Draft",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("kind", models.CharField(default="notification", max_length=12)),
                        ("data", models.JSONField(default=dict)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                insert="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                name="cases_draft_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                update="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                updates=("data", "updated_at", "version"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="updated_at", name="draft_updated", staff="staff"
                            ),
                        ],
                    },
                ),
            ],
        ),
        sql_file(
            __file__,
            "lead_of_request.sql",
            reverse="DROP FUNCTION cases_lead_of_request(bigint); DROP FUNCTION cases_request_lasts(decisions_decision)",
        ),
        sql_file(__file__, "audience.sql", reverse="DROP FUNCTION cases_audience(bigint)"),
        sql_file(__file__, "background.sql", reverse="DROP FUNCTION cases_counted_background(bigint)"),
        sql_file(__file__, "notes.sql"),
        sql_file(__file__, "participants.sql"),
    ]
