from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("consents", "0004_who_has_to_do_with_a_case"),
        ("handovers", "0004_reported_facts"),
    ]

    operations = [
        sql_file(__file__, "notices.sql"),
    ]
