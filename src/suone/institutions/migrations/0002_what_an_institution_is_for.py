import suone.access.row_policies
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
        migrations.RemoveConstraint(model_name="institution", name="institutions_institution_row_policies"),
        migrations.AddConstraint(
            model_name="institution",
            constraint=suone.access.row_policies.RowPolicies(
                before_log_in=True,
                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                kinds=("job", "staff", "system"),
                name="institutions_institution_row_policies",
                select="true",
                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                updates=(
                    "circle",
                    "is_iiz_office",
                    "kind",
                    "name_de",
                    "name_en",
                    "name_fr",
                    "name_it",
                    "parent_service",
                    "short_name_fr",
                ),
            ),
        ),
    ]
