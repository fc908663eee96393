from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0001_services_and_their_texts"),
        ("cases", "0005_lines_of_those_outside"),
        ("institutions", "0002_what_an_institution_is_for"),
    ]

    operations = [sql_file(__file__, "counted.sql")]
