import django.db.models.deletion
import django.db.models.functions.datetime
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
        migrations.CreateModel(
            name="WorkItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="work_items", to="dossiers.dossier"
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
                ("title", models.CharField(max_length=200, verbose_name="What is to be done")),
                ("texts", models.JSONField(null=True)),
                ("language", models.CharField(max_length=2)),
                ("details", models.TextField(blank=True, verbose_name="Details")),
                ("due_on", models.DateField(verbose_name="Due on")),
                (
                    "addressed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                        verbose_name="Who does it",
                    ),
                ),
                (
                    "controlling",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="institutions.institution"
                    ),
                ),
                (
                    "assigned",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appointments.appointment",
                        verbose_name="In whose hands",
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
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("done", "done"), ("cancelled", "cancelled")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appointments.appointment",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="Reason")),
                ("settled_by", models.CharField(blank=True, max_length=40)),
                ("about_type", models.CharField(blank=True, max_length=40)),
                ("about_id", models.BigIntegerField(null=True)),
                ("step", models.CharField(blank=True, max_length=90)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "work item",
                "verbose_name_plural": "work items",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["addressed", "due_on"], name="workitem_addressed"
                    ),
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["controlling", "due_on"],
                        name="workitem_controlling",
                    ),
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["assigned", "due_on"], name="workitem_assigned"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_at", None)),
                            _connector="OR",
                        ),
                        name="workitem_done_at_and_state_together",
                        violation_error_message="A work item is done at a time, or not done.",
                    ),
                    suone.ground.access.row_policies.RowPolicies(
                        insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                        name="workitems_workitem_row_policies",
                        select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.asked_by_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.asked_by_id = (SELECT actor_staff())) OFFSET 0)))",
                        update="(((SELECT actor_kind()) = 'staff' AND {table}.addressed_id = (SELECT actor_institution())) OR ((SELECT actor_kind()) = 'staff' AND {table}.controlling_id = (SELECT actor_institution()))) AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0)))) OR (SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0)))",
                        updates=("assigned", "done_at", "done_by", "due_on", "reason", "state", "version"),
                    ),
                    suone.ground.access.row_policies.Stamp(at="asked_at", name="item_asked", staff="asked_by"),
                    suone.ground.access.row_policies.Stamp(at="done_at", name="item_done", staff="done_by"),
                ],
            },
        ),
        sql_file(__file__, "settling.sql"),
    ]
