from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0002_outcomes"),
        ("instruments", "0001_initial"),
        ("leading", "0006_reported_facts"),
    ]

    operations = [
        sql_file(__file__, "reported.sql"),
    ]
