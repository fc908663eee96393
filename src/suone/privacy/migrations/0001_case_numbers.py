from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]

    operations = [sql_file(__file__, "case_numbers.sql", reverse="DROP FUNCTION privacy_case_numbers")]
