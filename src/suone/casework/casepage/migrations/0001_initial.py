from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("advice", "0001_initial"),
        ("assessments", "0001_initial"),
        ("cases", "0001_initial"),
        ("consents", "0001_initial"),
        ("decisions", "0001_initial"),
        ("handovers", "0001_initial"),
        ("leading", "0001_initial"),
        ("meetings", "0001_initial"),
        ("plans", "0001_initial"),
        ("procedures", "0001_initial"),
        ("support", "0001_initial"),
        ("workitems", "0001_initial"),
    ]

    operations = [
        sql_file(__file__, "counted.sql"),
        migrations.RunSQL("SELECT dossiers_keep_to_one_case()", migrations.RunSQL.noop),
    ]
