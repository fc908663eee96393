from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_drafts_of_hand_overs"),
        ("decisions", "0001_initial"),
    ]

    operations = [
        sql_file(__file__, "concerned.sql", reverse="DROP FUNCTION cases_concerned(bigint)"),
    ]
