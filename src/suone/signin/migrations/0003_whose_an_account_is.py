from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0005_who_answers_for_an_institution"),
        ("signin", "0002_addresses_and_resets"),
    ]

    operations = [sql_file(__file__, "accounts.sql")]
