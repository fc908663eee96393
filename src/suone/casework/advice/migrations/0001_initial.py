import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import suone.ground.access.row_policies
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0001_initial"),
        ("institutions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Advice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="institutions.institution"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="appointments.appointment"
                    ),
                ),
                ("on", models.DateField(verbose_name="Day")),
                (
                    "asker",
                    models.CharField(
                        choices=[
                            ("citizen", "citizen"),
                            ("employer", "employer"),
                            ("physician", "physician"),
                            ("institution", "institution"),
                        ],
                        max_length=12,
                        verbose_name="Who asked",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "telephone"),
                            ("counter", "in person"),
                            ("mail", "e-mail or letter"),
                            ("video", "video call"),
                        ],
                        default="phone",
                        max_length=10,
                        verbose_name="How",
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("work", "looking for work"),
                            ("job_at_risk", "job at risk"),
                            ("health_and_work", "health and work"),
                            ("benefits", "who is responsible, benefits"),
                            ("money", "money, debts"),
                            ("training", "education, training"),
                            ("family", "family, housing"),
                            ("stay", "residence, integration"),
                            ("other", "something else"),
                        ],
                        max_length=16,
                        verbose_name="About what",
                    ),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(600),
                        ],
                        verbose_name="Duration in minutes",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.region",
                        verbose_name="Region",
                    ),
                ),
                ("is_anonymous", models.BooleanField(default=False, verbose_name="Wishes to remain anonymous")),
                ("first_name", models.CharField(blank=True, max_length=100, verbose_name="First name")),
                ("last_name", models.CharField(blank=True, max_length=100, verbose_name="Last name or organisation")),
                ("contact", models.CharField(blank=True, max_length=150, verbose_name="Telephone or e-mail")),
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
                        verbose_name="Data category",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="Note")),
                ("language", models.CharField(max_length=2)),
                (
                    "led_to",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "advice was enough"),
                            ("notification", "notification begun"),
                            ("handover", "hand-over begun"),
                        ],
                        max_length=12,
                        verbose_name="What came of it",
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "first advice",
                "verbose_name_plural": "first advice",
                "indexes": [models.Index(fields=["institution", "-id"], name="advice_of_institution")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_anonymous", False),
                            models.Q(("contact", ""), ("first_name", ""), ("last_name", "")),
                            _connector="OR",
                        ),
                        name="advice_unnamed_is_unnamed",
                        violation_error_message="Anybody who wishes to remain anonymous leaves no name or contact details: remove them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1), ("minutes__lte", 600)),
                        name="advice_took_minutes",
                        violation_error_message="Enter the duration in minutes, between 1 and 600.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("category", 4), _negated=True),
                        name="advice_without_health",
                        violation_error_message="No medical content here: write what it means for work.",
                    ),
                    suone.ground.access.row_policies.RowPolicies(
                        insert="(SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()) AND (SELECT actor_may('advice.give')) AND {table}.staff_id = (SELECT actor_staff())",
                        name="advice_advice_row_policies",
                        select="(SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()) AND (SELECT actor_may('advice.give'))",
                        update="(SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()) AND (SELECT actor_may('advice.give'))",
                        updates=(
                            "asker",
                            "category",
                            "channel",
                            "contact",
                            "first_name",
                            "is_anonymous",
                            "language",
                            "last_name",
                            "led_to",
                            "minutes",
                            "note",
                            "on",
                            "region",
                            "topic",
                            "version",
                        ),
                    ),
                    suone.ground.access.row_policies.Stamp(
                        at="recorded_at", institution="institution", name="advice_recorded", staff="staff"
                    ),
                ],
            },
        ),
    ]
