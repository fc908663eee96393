from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("appointments", "0002_roles_of_their_own"),
        ("cases", "0004_whom_a_message_concerns"),
        ("consents", "0001_initial"),
        ("decisions", "0002_requests_of_both_sides"),
        ("dossiers", "0003_texts_in_every_language"),
        ("meetings", "0002_what_follows_from_an_entry"),
        ("workitems", "0003_titles_in_every_language"),
    ]

    operations = [sql_file(__file__, "caseload.sql")]
