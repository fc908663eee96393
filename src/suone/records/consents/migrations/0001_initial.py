import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
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
        ("documents", "0001_initial"),
        ("dossiers", "0001_initial"),
        ("institutions", "0001_initial"),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Consent",
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
                                related_name="consents",
                                to="dossiers.dossier",
                            ),
                        ),
                        ("purpose", models.CharField(max_length=300, verbose_name="Purpose in this case")),
                        ("valid_from", models.DateField(verbose_name="Valid from")),
                        ("valid_until", models.DateField(verbose_name="Valid until")),
                        (
                            "is_recurring",
                            models.BooleanField(default=True, verbose_name="Recurring exchange (otherwise once)"),
                        ),
                        ("oral_allowed", models.BooleanField(default=True, verbose_name="Also by word of mouth")),
                        (
                            "grantor",
                            models.CharField(
                                choices=[("person", "the person"), ("representative", "a legal representative")],
                                default="person",
                                max_length=20,
                                verbose_name="Given by",
                            ),
                        ),
                        (
                            "grantor_name",
                            models.CharField(
                                blank=True, max_length=150, verbose_name="Name of the legal representative"
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("de", "German"), ("fr", "French"), ("it", "Italian"), ("en", "English")],
                                max_length=2,
                                verbose_name="Language of the form",
                            ),
                        ),
                        ("template_version", models.CharField(max_length=20)),
                        (
                            "signature_form",
                            models.CharField(
                                choices=[("paper", "signed on paper"), ("screen", "signed on screen")],
                                max_length=10,
                                verbose_name="Signature",
                            ),
                        ),
                        ("signed_on", models.DateField(verbose_name="Signed on")),
                        ("signed_at_place", models.CharField(blank=True, max_length=100, verbose_name="Place")),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                            ),
                        ),
                        (
                            "renews",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="renewed_by",
                                to="consents.consent",
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "recorded_in",
                            models.BigIntegerField(
                                db_default=django.db.models.expressions.Func(function="actor_transaction")
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "recorded_institution",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        ("withdrawn_at", models.DateTimeField(null=True)),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("warned_days", models.PositiveSmallIntegerField(null=True)),
                        ("expiry_notified_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "consent",
                        "verbose_name_plural": "consents",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("valid_until__gte", models.F("valid_from"))),
                                name="consent_period_runs_forward",
                                violation_error_message="The last day must not be before the first.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                                    ("withdrawn_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="consent_withdrawn_at_and_by_together",
                                violation_error_message="A withdrawal has a time.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("grantor", "person"),
                                    models.Q(("grantor_name", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="consent_representative_is_named",
                                violation_error_message="Name the legal representative who signed.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))) AND {table}.withdrawn_at IS NULL",
                                name="consents_consent_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                                update="(SELECT actor_kind()) = 'job'",
                                updates=("expiry_notified_at", "warned_days"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="recorded_at",
                                institution="recorded_institution",
                                name="consent_recorded",
                                staff="recorded_by",
                                transaction="recorded_in",
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="expiry_notified_at", name="consent_expiry_notified"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ConsentRecipient",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "consent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="recipients",
                                to="consents.consent",
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
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
                        ("signed_categories", models.BigIntegerField()),
                        ("categories", models.BigIntegerField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("consent", "institution", "staff"),
                                name="recipient_once_per_consent",
                                nulls_distinct=False,
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))) AND {table}.categories = {table}.signed_categories AND EXISTS (SELECT 1 FROM consents_consent c WHERE c.id = {table}.consent_id AND c.dossier_id = {table}.dossier_id AND c.recorded_in = (SELECT actor_transaction()))",
                                name="consents_consentrecipient_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Disclosure",
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
                                related_name="disclosures",
                                to="dossiers.dossier",
                            ),
                        ),
                        ("basis", models.CharField(max_length=40, verbose_name="Legal basis")),
                        ("purpose", models.CharField(max_length=300, verbose_name="Purpose")),
                        (
                            "form",
                            models.CharField(
                                choices=[
                                    ("access", "access to the case"),
                                    ("oral", "by word of mouth"),
                                    ("written", "in writing"),
                                    ("export", "as an export"),
                                ],
                                max_length=10,
                                verbose_name="Form",
                            ),
                        ),
                        (
                            "giver",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "giver_staff",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "recipient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                                verbose_name="Recipient",
                            ),
                        ),
                        (
                            "recipient_staff",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("categories", models.BigIntegerField()),
                        (
                            "conditions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40), default=list, size=None
                            ),
                        ),
                        (
                            "consent",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="disclosures",
                                to="consents.consent",
                            ),
                        ),
                        ("access_until", models.DateField(null=True, verbose_name="Access until")),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("inform_until", models.DateField(null=True)),
                        ("informed_at", models.DateTimeField(null=True)),
                        (
                            "informed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "disclosure",
                        "verbose_name_plural": "disclosures",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("informed_at", None), ("informed_by", None)),
                                    models.Q(("informed_at__isnull", False), ("informed_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="disclosure_informed_at_and_by_together",
                                violation_error_message="Who informed the person, and when, belong together.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                before="{table}.informed_at IS NULL",
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))) AND ((SELECT actor_kind()) = 'staff' AND {table}.giver_id = (SELECT actor_institution())) AND ((SELECT actor_kind()) = 'staff' AND {table}.giver_staff_id = (SELECT actor_staff())) AND (({table}.basis = 'consent' AND EXISTS (SELECT 1 FROM consents_consentrecipient r JOIN consents_consent c ON c.id = r.consent_id WHERE r.consent_id = {table}.consent_id AND r.dossier_id = {table}.dossier_id AND r.institution_id = {table}.recipient_id AND c.withdrawn_at IS NULL AND ({table}.categories & ~r.categories) = 0)) OR ({table}.basis NOT IN ('consent', 'hand-over', 'clearing-of-doubts') AND ({table}.categories & ~dossiers_categories_open({table}.dossier_id)) = 0))",
                                name="consents_disclosure_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))",
                                updates=("informed_at", "informed_by"),
                            ),
                            suone.ground.access.row_policies.Stamp(at="at", name="disclosure_made"),
                            suone.ground.access.row_policies.Stamp(
                                at="informed_at", name="disclosure_informed", staff="informed_by"
                            ),
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "consents.sql"),
        sql_file(__file__, "acts.sql"),
    ]
