from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0001_initial"),
        ("inbox", "0003_packages_say_who_has_to_do_with_a_case"),
    ]

    operations = [
        sql_file(__file__, "messages.sql"),
    ]
