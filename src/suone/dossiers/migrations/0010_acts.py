import suone.access.row_policies
from django.db import migrations, models

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0009_in_place_of_whom"),
        ("appointments", "0003_who_answers_for_a_key"),
    ]

    operations = [
        migrations.AddField(
            model_name="dossier",
            name="handed_over_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="grant",
            name="because",
            field=models.CharField(
                choices=[
                    ("notification", "own notification"),
                    ("consent", "consent"),
                    ("disclosure", "disclosure on a legal basis"),
                    ("hand_over", "accepted hand-over"),
                    ("medical_mandate", "medical mandate"),
                    ("break_glass", "emergency opening"),
                ],
                max_length=20,
            ),
        ),
        sql_file(__file__, "acts.sql"),
        sql_file(__file__, "one_case.sql"),
        migrations.AddConstraint(
            model_name="event",
            constraint=suone.access.row_policies.Stamp(
                at="at", institution="institution", name="event_written", staff="staff"
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=suone.access.row_policies.Stamp(at="at", name="visit_made", staff="staff"),
        ),
    ]
