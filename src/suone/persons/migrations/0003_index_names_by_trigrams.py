from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("persons", "0002_who_reaches_a_person")]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=GinIndex(name="person_sort_name_trigrams", fields=["sort_name"], opclasses=["gin_trgm_ops"]),
        ),
    ]
