from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("corrections", "0002_outcomes"),
        ("inbox", "0001_initial"),
        ("workitems", "0004_statements_of_others"),
    ]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="law",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
        sql_file(__file__, "corrections.sql", functions=["corrections_answer"]),
        sql_file(__file__, "passing_on.sql"),
    ]
