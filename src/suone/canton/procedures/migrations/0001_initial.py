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
            name="ProcedureVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identifier", models.SlugField(max_length=40)),
                ("version", models.CharField(max_length=20)),
                ("canton", models.CharField(max_length=2)),
                ("receives", models.CharField(blank=True, max_length=40)),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("published", "published"), ("retired", "retired")], default="published", max_length=10
                    ),
                ),
                ("published_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ["canton", "identifier", "-valid_from", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("identifier", "version"),
                        name="procedure_version_once",
                        violation_error_message="This version is published already: give the changed file a new version.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="procedure_version_runs_forward",
                        violation_error_message="The validity must not end before it begins.",
                    ),
                    suone.ground.access.row_policies.RowPolicies(
                        insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('procedure.publish')))",
                        name="procedures_procedureversion_row_policies",
                        select="true",
                        update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('procedure.publish')))",
                        updates=("state",),
                    ),
                    suone.ground.access.row_policies.Stamp(at="published_at", name="procedure_published"),
                ],
            },
        ),
    ]
