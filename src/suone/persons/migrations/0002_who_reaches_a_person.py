import suone.access.row_policies
from suone.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    # The policies read the grants, which stand one floor above and point to persons.
    dependencies = [
        ("persons", "0001_initial"),
        ("dossiers", "0001_initial"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="person",
            constraint=suone.access.row_policies.RowPolicies(
                name="persons_person_row_policies",
                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.person_id = {table}.id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.person_id = {table}.id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0))) OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('person.merge')) AND (EXISTS (SELECT 1 FROM persons_doubt d WHERE d.cleared_at IS NULL AND (d.known_id = {table}.id OR d.typed_id = {table}.id)) OR EXISTS (SELECT 1 FROM persons_merge m WHERE m.kept_id = {table}.id OR m.dropped_id = {table}.id)))",
                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.person_id = {table}.id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.person_id = {table}.id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 AND (g.categories & (1::bigint << 0)) <> 0 OFFSET 0)))",
                updates=(
                    "address",
                    "commune",
                    "date_of_birth",
                    "email",
                    "first_name",
                    "interpreter_language",
                    "language",
                    "last_name",
                    "permit",
                    "permit_expires_on",
                    "phone",
                    "sex",
                    "status",
                    "version",
                ),
            ),
        ),
        sql_file(__file__, "find.sql"),
    ]
