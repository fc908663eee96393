import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import suone.ground.access.first_tables
import suone.ground.access.row_policies
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
    ]

    operations = [
        sql_file(__file__, "plain_letters.sql"),
        sql_file(__file__, "name_key.sql"),
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Person",
                    fields=[
                        (
                            "id",
                            models.BigIntegerField(
                                db_default=models.Func(
                                    function="persons_new_key", output_field=models.BigIntegerField()
                                ),
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "person",
                        "verbose_name_plural": "persons",
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                name="persons_person_row_policies", select="(SELECT actor_kind()) = 'job'"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Number",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="numbers", to="persons.person"
                            ),
                        ),
                        ("dossier_id", models.BigIntegerField()),
                        (
                            "digits",
                            models.CharField(db_collation="C", max_length=13, null=True, verbose_name="AHV number"),
                        ),
                        (
                            "recorded",
                            models.CharField(
                                choices=[
                                    ("given", "given when the file was opened"),
                                    ("added", "added later"),
                                    ("corrected", "corrected"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="Reason")),
                        ("institution_id", models.BigIntegerField()),
                        ("recorded_by_id", models.BigIntegerField(null=True)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("until", models.DateTimeField(null=True)),
                        ("is_contested", models.BooleanField(db_default=False)),
                    ],
                    options={
                        "verbose_name": "AHV number",
                        "verbose_name_plural": "AHV numbers",
                        "indexes": [
                            models.Index(models.F("digits"), name="number_by_digits"),
                            models.Index(
                                django.db.models.functions.text.Substr("digits", 4), name="number_by_second_group"
                            ),
                            models.Index(
                                django.db.models.functions.text.Substr("digits", 8), name="number_by_third_group"
                            ),
                            models.Index(models.F("dossier_id"), name="number_of_file"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("digits", None),
                                    models.Func(
                                        models.F("digits"),
                                        function="ahv_check_digit_holds",
                                        output_field=models.BooleanField(),
                                    ),
                                    _connector="OR",
                                ),
                                name="number_is_valid",
                                violation_error_message="This AHV number does not exist: check the 13 digits and type it again.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("digits__isnull", False), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="number_or_reason",
                                violation_error_message="Enter the AHV number, or the reason why it is missing.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("recorded", "corrected"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="number_corrected_with_reason",
                                violation_error_message="Say why the number is corrected, so that others can understand it.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("until", None)),
                                fields=("dossier_id",),
                                name="number_that_holds_once_per_file",
                                violation_error_message="A case file has one AHV number at a time.",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                condition=models.Q(("is_contested", False), ("until", None)),
                                expressions=[(models.F("digits"), "="), (models.F("person"), "<>")],
                                name="number_leads_to_one_person",
                                violation_error_message="Never two persons for one number.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Joining",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kept",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="joinings_kept",
                                to="persons.person",
                            ),
                        ),
                        (
                            "joined",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="joinings_joined",
                                to="persons.person",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("joined_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("joined_by_id", models.BigIntegerField(null=True)),
                        ("parted_at", models.DateTimeField(null=True)),
                        ("parted_by_id", models.BigIntegerField(null=True)),
                        ("parting_reason", models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kept", models.F("joined")), _negated=True),
                                name="joining_of_two_keys",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("parted_at", None)),
                                fields=("joined",),
                                name="joining_of_a_key_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("parted_at", None),
                                    models.Q(("parting_reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="joining_parted_with_reason",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                name="persons_joining_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('person.merge')))",
                            ),
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "joining.sql"),
        sql_file(__file__, "one_key_at_a_time.sql"),
    ]
