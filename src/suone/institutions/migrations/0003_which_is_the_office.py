from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [("institutions", "0002_what_an_institution_is_for")]

    operations = [
        sql_file(__file__, "the_office.sql", reverse="DROP FUNCTION institutions_office_stays() CASCADE"),
    ]
