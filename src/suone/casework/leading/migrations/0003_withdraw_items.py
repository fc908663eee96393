from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("leading", "0002_outcomes"),
        ("workitems", "0003_withdraw_items"),
    ]

    operations = [
        sql_file(__file__, "conditions.sql"),
    ]
