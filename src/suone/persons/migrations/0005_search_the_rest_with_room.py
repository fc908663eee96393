from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [("persons", "0004_search_names_in_bounded_work")]

    operations = [
        sql_file(__file__, "search_with_room.sql"),
    ]
