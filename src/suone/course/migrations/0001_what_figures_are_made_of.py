from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("advice", "0001_initial"),
        ("assessments", "0003_scores_for_whoever_reads_all"),
        ("cases", "0008_what_has_ended_stays"),
        ("consents", "0002_acts"),
        ("decisions", "0004_texts_in_their_case"),
        ("handovers", "0004_acts"),
        ("meetings", "0006_reasons_by_category"),
        ("plans", "0005_reasons_by_category"),
        ("procedures", "0003_facts_by_category"),
        ("support", "0005_acts"),
        ("workitems", "0006_authors_read_their_own"),
    ]

    operations = [
        sql_file(__file__, "counted.sql"),
        # Every package with rows of cases stands below this one.
        migrations.RunSQL("SELECT dossiers_keep_to_one_case()", migrations.RunSQL.noop),
    ]
