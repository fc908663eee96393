from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("consents", "0001_initial"),
        ("dossiers", "0010_acts"),
    ]

    operations = [
        sql_file(__file__, "acts.sql"),
    ]
