from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0001_initial"),
        ("cases", "0001_initial"),
        ("consents", "0001_initial"),
        ("decisions", "0001_initial"),
        ("handovers", "0001_initial"),
        ("inbox", "0001_initial"),
        ("meetings", "0001_initial"),
        ("support", "0001_initial"),
        ("workitems", "0001_initial"),
    ]

    operations = [
        sql_file(__file__, "whom_it_reaches.sql"),
    ]
