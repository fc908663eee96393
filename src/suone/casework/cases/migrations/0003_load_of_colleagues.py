from django.db import migrations

from suone.ground.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_nobody_takes_part_unasked"),
    ]

    operations = [
        sql_file(__file__, "load.sql"),
    ]
