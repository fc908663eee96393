from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("consents", "0001_initial"),
        ("leading", "0001_initial"),
        ("workitems", "0002_kept_acts_settle"),
    ]

    operations = [
        sql_file(__file__, "outcomes.sql"),
        sql_file(__file__, "rest.sql"),
        sql_file(__file__, "receiving.sql"),
        sql_file(__file__, "moves.sql"),
    ]
