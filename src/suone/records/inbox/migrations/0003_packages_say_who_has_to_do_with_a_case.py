from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0002_whom_a_message_reaches"),
    ]

    operations = [
        sql_file(__file__, "ties.sql"),
        sql_file(__file__, "whom_it_reaches.sql", functions=["inbox_may_send", "inbox_knows_case", "inbox_reaches"]),
    ]
