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
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Decision",
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
                                related_name="decisions",
                                to="dossiers.dossier",
                            ),
                        ),
                        ("case_number", models.CharField(max_length=12)),
                        ("kind", models.CharField(max_length=40)),
                        (
                            "asked_institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "addressed",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "addressed_staff",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("due_on", models.DateField(verbose_name="Answer by")),
                        ("remind_on", models.DateField()),
                        ("reminded_at", models.DateTimeField(null=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "waiting for an answer"),
                                    ("accepted", "accepted"),
                                    ("declined", "declined"),
                                    ("expired", "expired"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="pending",
                                max_length=10,
                            ),
                        ),
                        ("answered_at", models.DateTimeField(null=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "decision",
                        "verbose_name_plural": "decisions",
                        "indexes": [
                            models.Index(fields=["asked_institution", "-id"], name="decision_by_institution"),
                            models.Index(fields=["addressed", "-id"], name="decision_to_institution"),
                            models.Index(
                                condition=models.Q(("state", "pending")),
                                fields=["addressed", "due_on"],
                                name="decision_pending",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at", None), ("state", "pending")),
                                    models.Q(
                                        models.Q(("state", "pending"), _negated=True), ("answered_at__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="decision_answered_at_and_state_together",
                                violation_error_message="A request is pending, or answered at a time.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                before="{table}.state IN ('pending')",
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))) AND ((SELECT actor_kind()) = 'staff' AND {table}.asked_institution_id = (SELECT actor_institution())) AND {table}.state IN ('pending')",
                                name="decisions_decision_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0))) OR (((SELECT actor_kind()) = 'staff' AND {table}.addressed_id = (SELECT actor_institution())) OR ((SELECT actor_kind()) = 'staff' AND {table}.addressed_staff_id = (SELECT actor_staff()))) OR ((SELECT actor_kind()) = 'staff' AND {table}.asked_institution_id = (SELECT actor_institution()))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))) AND {table}.state IN ('pending', 'withdrawn') OR (((SELECT actor_kind()) = 'staff' AND {table}.addressed_id = (SELECT actor_institution())) OR ((SELECT actor_kind()) = 'staff' AND {table}.addressed_staff_id = (SELECT actor_staff()))) AND {table}.state IN ('pending', 'accepted', 'declined')",
                                updates=("answered_at", "answered_by", "reminded_at", "state"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="asked_at", institution="asked_institution", name="decision_asked", staff="asked_by"
                            ),
                            suone.ground.access.row_policies.Stamp(at="reminded_at", name="decision_reminded"),
                            suone.ground.access.row_policies.Stamp(
                                at="answered_at", name="decision_answered", staff="answered_by"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RequestText",
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
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="texts",
                                to="decisions.decision",
                            ),
                        ),
                        (
                            "part",
                            models.CharField(
                                choices=[("question", "What is asked of you"), ("reason", "Reason")], max_length=10
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
                                default=10,
                            ),
                        ),
                        ("text", models.CharField(max_length=500)),
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
                        "verbose_name": "text of a request",
                        "verbose_name_plural": "texts of requests",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("decision", "part"),
                                name="request_text_once_for_each_part",
                                violation_error_message="This part has been written already.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff())) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) AND EXISTS (SELECT 1 FROM decisions_decision d WHERE d.id = {table}.decision_id AND d.dossier_id = {table}.dossier_id OFFSET 0) AND (((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))) OR ({table}.part = 'reason' AND ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM decisions_decision d WHERE d.id = {table}.decision_id AND d.state = 'pending' AND d.addressed_id = (SELECT actor_institution()) OFFSET 0))))",
                                name="decisions_requesttext_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0))) OR (((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))) AND EXISTS (SELECT 1 FROM decisions_decision d WHERE d.id = {table}.decision_id AND (SELECT actor_institution()) IN (d.addressed_id, d.asked_institution_id) OFFSET 0)) OR ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM decisions_decision d WHERE d.id = {table}.decision_id AND d.state = 'pending' AND d.addressed_id = (SELECT actor_institution()) OFFSET 0))",
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="at", institution="institution", name="request_text_written", staff="staff"
                            ),
                        ],
                    },
                ),
            ],
        ),
        sql_file(
            __file__,
            "reasons.sql",
            reverse="DROP TRIGGER decisions_declined_with_reason ON decisions_decision; DROP FUNCTION decisions_check_reason()",
        ),
    ]
