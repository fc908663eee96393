from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("workitems", "0002_kept_acts_settle"),
    ]

    operations = [
        sql_file(__file__, "withdrawing.sql"),
    ]
