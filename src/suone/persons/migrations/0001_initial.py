import suone.access.row_policies
from suone.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        sql_file(__file__, "plain_letters.sql"),
        sql_file(__file__, "name_key.sql"),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        primary_key=True,
                        serialize=False,
                        db_default=models.Func(function="persons_new_key", output_field=models.BigIntegerField()),
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "persons",
                "constraints": [
                    suone.access.row_policies.RowPolicies(
                        name="persons_person_row_policies", select="(SELECT actor_kind()) = 'job'"
                    )
                ],
            },
        ),
    ]
