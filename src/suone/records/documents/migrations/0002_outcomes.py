from django.db import migrations

from suone.ground.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
        ("workitems", "0002_kept_acts_settle"),
    ]

    operations = [
        migrations.RunSQL("SELECT dossiers_keep_to_one_case()", migrations.RunSQL.noop),
        sql_file(__file__, "outcomes.sql"),
    ]
