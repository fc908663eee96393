from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0001_case_numbers"),
        ("audit", "0002_seal_into_one_tree"),
        ("dossiers", "0004_entries_name_persons"),
    ]

    operations = [sql_file(__file__, "whom.sql", reverse="DROP FUNCTION privacy_whom")]
