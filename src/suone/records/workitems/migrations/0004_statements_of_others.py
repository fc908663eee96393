from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("workitems", "0003_withdraw_items"),
    ]

    operations = [
        sql_file(__file__, "kept_acts.sql", functions=["workitems_settle"]),
        sql_file(__file__, "awaiting.sql"),
    ]
