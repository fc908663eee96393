from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_who_has_to_do_with_a_case"),
    ]

    operations = [
        sql_file(__file__, "meetings.sql", functions=["meetings_answer_of_guest"]),
    ]
