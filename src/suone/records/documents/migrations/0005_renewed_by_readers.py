from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0004_files_in_their_folder"),
    ]

    operations = [
        sql_file(__file__, "renewal.sql"),
    ]
