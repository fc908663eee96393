from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0001_initial"),
        ("handovers", "0003_who_has_to_do_with_a_case"),
        ("leading", "0006_reported_facts"),
    ]

    operations = [
        sql_file(__file__, "reported.sql"),
    ]
