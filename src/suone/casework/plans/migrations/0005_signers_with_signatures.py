from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0004_reported_facts"),
    ]

    operations = [
        sql_file(__file__, "signers.sql"),
    ]
