from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [("persons", "0005_search_the_rest_with_room")]

    operations = [
        sql_file(
            __file__,
            "name_key.sql",
            reverse="DROP FUNCTION name_words(text); DROP FUNCTION name_key(text)",
        ),
    ]
