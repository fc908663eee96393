import django.db.models.functions.datetime
import suone.ground.access.row_policies
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
    ]

    operations = [
        migrations.CreateModel(
            name="InstrumentVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identifier", models.SlugField(max_length=40)),
                ("version", models.CharField(max_length=20)),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "origin",
                    models.CharField(
                        choices=[("shipped", "comes with the product"), ("own", "the canton's own")], max_length=8
                    ),
                ),
                ("is_retired", models.BooleanField(default=False)),
                ("published_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ["identifier", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("identifier", "version"),
                        name="instrument_version_once",
                        violation_error_message="This version is published already: give the changed file a new version.",
                    ),
                    suone.ground.access.row_policies.RowPolicies(
                        insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('procedure.publish')))",
                        name="instruments_instrumentversion_row_policies",
                        select="true",
                        update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('procedure.publish')))",
                        updates=("is_retired",),
                    ),
                    suone.ground.access.row_policies.Stamp(at="published_at", name="instrument_published"),
                ],
            },
        ),
    ]
