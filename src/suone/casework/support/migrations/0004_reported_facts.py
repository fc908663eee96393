from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("leading", "0006_reported_facts"),
        ("support", "0003_who_has_to_do_with_a_case"),
    ]

    operations = [
        sql_file(__file__, "reported.sql"),
    ]
