from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("leading", "0006_reported_facts"),
        ("meetings", "0005_same_answer_of_a_guest"),
    ]

    operations = [
        sql_file(__file__, "reported.sql"),
    ]
