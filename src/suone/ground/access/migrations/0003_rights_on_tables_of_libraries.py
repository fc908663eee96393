import suone.ground.access.row_policies
from django.db import migrations

from suone.ground.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_log_ins_end_together"),
        # Their tables and functions have to be there; a release that adds some needs a migration like this one.
        ("account", "0009_emailaddress_unique_primary_email"),
        ("axes", "0010_accessattemptexpiration"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("procrastinate", "0041_post_retry_failed_job"),
        ("sessions", "0001_initial"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        sql_file(__file__, "libraries.sql"),
        migrations.AddConstraint(
            model_name="user",
            constraint=suone.ground.access.row_policies.TableRights(
                allows=("insert", "select"),
                name="access_user_rights",
                updates=(
                    "email",
                    "first_name",
                    "is_active",
                    "language",
                    "last_login",
                    "last_name",
                    "log_in_round",
                    "password",
                ),
            ),
        ),
    ]
