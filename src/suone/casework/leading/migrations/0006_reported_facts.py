from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("leading", "0005_statements_of_others"),
    ]

    operations = [
        sql_file(__file__, "reported.sql"),
    ]
