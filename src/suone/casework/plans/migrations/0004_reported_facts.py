from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("leading", "0006_reported_facts"),
        ("plans", "0003_signers_of_one_case"),
    ]

    operations = [
        sql_file(__file__, "reported.sql"),
    ]
