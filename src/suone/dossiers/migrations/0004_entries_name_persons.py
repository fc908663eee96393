from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0003_texts_in_every_language"),
        ("audit", "0002_seal_into_one_tree"),
    ]

    operations = [
        sql_file(
            __file__,
            "entries_name_persons.sql",
            reverse="DROP TRIGGER dossiers_entry_names_persons ON audit_entry;"
            "DROP FUNCTION dossiers_entry_names_persons",
        ),
    ]
