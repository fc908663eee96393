import suone.ground.access.row_policies
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0001_initial"),
        ("persons", "0001_initial"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="Number",
            constraint=suone.ground.access.row_policies.RowPolicies(
                name="persons_number_row_policies",
                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
            ),
        ),
    ]
