from django.db import migrations, models

from suone.institutions.kinds import InstitutionKind


class Migration(migrations.Migration):
    dependencies = [("institutions", "0001_initial")]

    operations = [
        migrations.AddField(
            "institution",
            "kind",
            models.CharField(
                "Kind of institution", max_length=24, choices=InstitutionKind.choices, default=InstitutionKind.OTHER
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "institution",
            models.CheckConstraint(
                name="institution_has_a_known_kind",
                condition=models.Q(kind__in=InstitutionKind.values),
                violation_error_message="Choose what kind of institution it is.",
            ),
        ),
    ]
