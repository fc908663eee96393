from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0001_initial"),
        ("procedures", "0001_initial"),
        ("youth", "0002_whom_messages_reach"),
    ]

    operations = [
        sql_file(__file__, "on_a_law.sql"),
    ]
