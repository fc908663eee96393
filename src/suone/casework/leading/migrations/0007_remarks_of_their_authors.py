from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("leading", "0006_reported_facts"),
    ]

    operations = [
        sql_file(__file__, "own_remarks.sql"),
    ]
