from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("advice", "0001_initial"),
        ("assessments", "0002_authors_read_their_own"),
        ("handovers", "0003_an_end_closes_everything"),
        ("meetings", "0004_authors_read_their_own"),
        ("plans", "0003_labour_market_measures"),
        ("procedures", "0002_places"),
        ("support", "0003_authors_read_their_own"),
        ("workitems", "0006_authors_read_their_own"),
    ]

    operations = [sql_file(__file__, "counted.sql")]
