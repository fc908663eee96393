from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("audit", "0001_initial"),
        ("dossiers", "0001_initial"),
    ]

    operations = [
        sql_file(__file__, "case_numbers.sql", reverse="DROP FUNCTION privacy_case_numbers"),
        sql_file(__file__, "whom.sql", reverse="DROP FUNCTION privacy_whom"),
    ]
