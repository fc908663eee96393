from django.db import migrations, models

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [("persons", "0003_index_names_by_trigrams"), ("dossiers", "0002_name_the_person_in_grant_indexes")]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(name="person_by_name", fields=["sort_name", "id"], condition=models.Q(merged_into=None)),
        ),
        sql_file(__file__, "search.sql"),
    ]
