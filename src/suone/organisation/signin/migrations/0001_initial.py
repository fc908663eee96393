import django.db.models.deletion
import django.db.models.functions.datetime
import suone.ground.access.first_tables
import suone.ground.access.row_policies
from django.conf import settings
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Letter",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("paused", "Paused"),
                                    ("reset", "Reset"),
                                    ("confirm", "Confirm"),
                                    ("moved", "Moved"),
                                    ("factor_gone", "Factor Gone"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("address", models.CharField(max_length=320)),
                        ("link", models.CharField(blank=True, max_length=200)),
                        ("language", models.CharField(default="de", max_length=2)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job'",
                                insert="true",
                                kinds=("job", "public", "staff"),
                                name="signin_letter_row_policies",
                                select="(SELECT actor_kind()) = 'job'",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("link", ""), ("link__regex", "^/(?!/)"), _connector="OR"),
                                name="letter_leads_to_the_product",
                            ),
                            suone.ground.access.row_policies.Stamp(at="at", name="letter_asked"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AddressChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                        ("address", models.EmailField(max_length=254)),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("confirmed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job'",
                                insert="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                name="signin_addresschange_row_policies",
                                select="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff())) OR (SELECT actor_kind()) = 'job'",
                                update="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                updates=("confirmed_at",),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                account="user", at="at", name="address_change_asked", staff="staff"
                            ),
                            suone.ground.access.row_policies.Stamp(at="confirmed_at", name="address_change_confirmed"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FactorReset",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("institution_id", models.BigIntegerField()),
                        (
                            "holder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "holder_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "asked_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "decided_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True)),
                        ("is_approved", models.BooleanField(default=False)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("decided_at", None)),
                                fields=("holder_account",),
                                name="factor_reset_once_at_a_time",
                                violation_error_message="This reset has already been requested.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("asked_account", models.F("holder_account")), _negated=True),
                                    models.Q(
                                        ("is_approved", False),
                                        models.Q(
                                            models.Q(("decided_account", models.F("holder_account")), _negated=True),
                                            models.Q(("decided_account", models.F("asked_account")), _negated=True),
                                        ),
                                        _connector="OR",
                                    ),
                                ),
                                name="factor_reset_by_three_accounts",
                                violation_error_message="Requester, approver and holder of the second factor must be three different persons.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("decided_account", None),
                                        ("decided_at", None),
                                        ("decided_by", None),
                                        ("is_approved", False),
                                    ),
                                    models.Q(
                                        ("decided_account__isnull", False),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="factor_reset_decided_by_somebody",
                                violation_error_message="A decision must say who decided and when.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                before="{table}.decided_at IS NULL",
                                insert="((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id)) OR (SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('appointment.oversee')))",
                                name="signin_factorreset_row_policies",
                                select="((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id)) OR (SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('appointment.oversee')))",
                                update="((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id)) OR (SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('appointment.oversee')))",
                                updates=("decided_account", "decided_at", "decided_by", "is_approved"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                account="asked_account", at="at", name="factor_reset_asked", staff="asked_by"
                            ),
                            suone.ground.access.row_policies.Stamp(
                                account="decided_account",
                                at="decided_at",
                                name="factor_reset_decided",
                                staff="decided_by",
                            ),
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "accounts.sql"),
    ]
