from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0001_initial"),
    ]

    operations = [
        sql_file(__file__, "bound_of_invitations.sql"),
    ]
