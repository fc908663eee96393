from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("handovers", "0003_an_end_closes_everything"),
        ("dossiers", "0010_acts"),
    ]

    operations = [
        sql_file(__file__, "acts.sql"),
    ]
