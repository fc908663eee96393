from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_kind_of_document"),
        ("leading", "0003_withdraw_items"),
    ]

    operations = [
        sql_file(__file__, "every_fact.sql", functions=["leading_every_fact"]),
    ]
