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
        ("institutions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="dossiers.dossier"
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
                ("title", models.CharField(max_length=150, verbose_name="Title")),
                ("language", models.CharField(max_length=2)),
                ("file_name", models.CharField(max_length=150)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("stored_as", models.CharField(max_length=80, unique=True)),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="Valid until")),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="documents.document",
                    ),
                ),
                ("kept_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "kept_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appointments.appointment",
                    ),
                ),
                (
                    "kept_institution",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                    ),
                ),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "removed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appointments.appointment",
                    ),
                ),
                ("removed_reason", models.CharField(blank=True, max_length=200)),
                ("warned_days", models.PositiveSmallIntegerField(null=True)),
                ("expiry_notified_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removed_at", None), ("removed_reason", "")),
                            models.Q(("removed_at__isnull", False), models.Q(("removed_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="document_removed_at_and_reason_together",
                        violation_error_message="Give the reason why the document is removed.",
                    ),
                    models.UniqueConstraint(
                        fields=("replaces",),
                        name="document_replaced_once",
                        violation_error_message="This document has been renewed already.",
                    ),
                    suone.ground.access.row_policies.RowPolicies(
                        before="{table}.removed_at IS NULL",
                        insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                        name="documents_document_row_policies",
                        select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.kept_by_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.kept_by_id = (SELECT actor_staff())) OFFSET 0)))",
                        update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                        updates=("expiry_notified_at", "removed_at", "removed_by", "removed_reason", "warned_days"),
                    ),
                    suone.ground.access.row_policies.Stamp(
                        at="kept_at", institution="kept_institution", name="document_kept", staff="kept_by"
                    ),
                    suone.ground.access.row_policies.Stamp(
                        at="removed_at", name="document_removed", staff="removed_by"
                    ),
                    suone.ground.access.row_policies.Stamp(at="expiry_notified_at", name="document_expiry_notified"),
                ],
            },
        ),
    ]
