from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("handovers", "0002_lines_of_those_outside"),
        ("dossiers", "0006_acts"),
    ]

    operations = [
        sql_file(__file__, "acts.sql"),
    ]
