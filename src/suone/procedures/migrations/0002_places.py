from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_procedures_and_courses")]

    operations = [
        sql_file(__file__, "places.sql", reverse="DROP FUNCTION procedures_counted(text, date, text)"),
    ]
