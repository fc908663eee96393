from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [("persons", "0002_persons_are_keys")]

    operations = [sql_file(__file__, "doubts_law.sql"), sql_file(__file__, "one_key_at_a_time.sql")]
