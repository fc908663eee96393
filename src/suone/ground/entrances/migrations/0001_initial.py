import django.db.models.functions.datetime
import suone.ground.access.first_tables
import suone.ground.access.row_policies
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Submission",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField()),
                        ("staff_id", models.BigIntegerField()),
                        ("path", models.CharField(max_length=200)),
                        ("location", models.CharField(blank=True, max_length=300)),
                        ("digest", models.CharField(max_length=64)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("staff_id", "key", "path"), name="submission_once"),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job'",
                                insert="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                name="entrances_submission_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                update="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                updates=("location", "digest"),
                            ),
                            suone.ground.access.row_policies.Stamp(at="at", name="submission_sent", staff="staff_id"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SystemAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("institution_id", models.BigIntegerField()),
                        ("key", models.CharField(max_length=64)),
                        ("request", models.CharField(max_length=64)),
                        ("status", models.PositiveSmallIntegerField(default=0)),
                        ("body", models.TextField(blank=True)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("institution_id", "key"), name="system_answer_once"),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job'",
                                insert="((SELECT actor_kind()) = 'system' AND {table}.institution_id = (SELECT actor_institution()))",
                                kinds=("job", "system"),
                                name="entrances_systemanswer_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'system' AND {table}.institution_id = (SELECT actor_institution()))",
                                update="((SELECT actor_kind()) = 'system' AND {table}.institution_id = (SELECT actor_institution()))",
                                updates=("body", "status"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="at", institution="institution_id", name="system_answered"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Shared",
                    fields=[
                        ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ("value", models.TextField()),
                        ("expires_at", models.DateTimeField(db_index=True)),
                    ],
                    options={
                        "constraints": [
                            suone.ground.access.row_policies.TableRights(
                                allows=("delete", "insert", "select"),
                                name="entrances_shared_rights",
                                updates=("expires_at", "value"),
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
