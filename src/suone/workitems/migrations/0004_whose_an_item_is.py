from django.db import migrations, models

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [("workitems", "0003_titles_in_every_language")]

    operations = [
        migrations.AddField("workitem", "reason", models.CharField("Reason", max_length=300, blank=True)),
        migrations.AddField("workitem", "settled_by", models.CharField(max_length=40, blank=True)),
        sql_file(__file__, "settling.sql"),
    ]
