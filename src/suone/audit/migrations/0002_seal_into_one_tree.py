from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        sql_file(__file__, "rights.sql"),
        sql_file(__file__, "seal.sql"),
        sql_file(__file__, "copies.sql"),
        sql_file(__file__, "who_saw.sql"),
    ]
