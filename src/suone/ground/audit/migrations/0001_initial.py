import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import suone.ground.access.actor
import suone.ground.access.first_tables
import suone.ground.access.row_policies
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Seal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("sealed_at", models.DateTimeField()),
                        ("size", models.BigIntegerField()),
                        ("root", models.BinaryField()),
                        ("horizon", models.BigIntegerField()),
                        (
                            "misfits",
                            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("size",), name="audit_seal_grows"),
                            suone.ground.access.row_policies.RowPolicies(
                                name="audit_seal_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('audit.read')))",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("level", models.SmallIntegerField()),
                        ("number", models.BigIntegerField()),
                        ("hashes", models.BinaryField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("level", "number"), name="audit_tile_place"),
                            suone.ground.access.row_policies.RowPolicies(
                                name="audit_tile_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('audit.read')))",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(db_default=suone.ground.access.actor.ClockTime())),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("store", "stored"),
                                    ("change", "changed"),
                                    ("read", "read"),
                                    ("disclose", "disclosed"),
                                    ("export", "exported"),
                                    ("print", "printed"),
                                    ("delete", "deleted"),
                                    ("log-in", "logged in or out"),
                                    ("denied", "denied"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("act", models.CharField(max_length=60)),
                        (
                            "acting_kind",
                            models.CharField(db_default=suone.ground.access.actor.ActorKind(), max_length=10),
                        ),
                        (
                            "user_id",
                            models.BigIntegerField(db_default=suone.ground.access.actor.ActorUser(), null=True),
                        ),
                        (
                            "staff_id",
                            models.BigIntegerField(db_default=suone.ground.access.actor.ActorStaff(), null=True),
                        ),
                        (
                            "institution_id",
                            models.BigIntegerField(db_default=suone.ground.access.actor.ActorInstitution(), null=True),
                        ),
                        (
                            "system_id",
                            models.BigIntegerField(db_default=suone.ground.access.actor.ActorSystem(), null=True),
                        ),
                        (
                            "roles",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40),
                                db_default=suone.ground.access.actor.ActorRoles(),
                                size=None,
                            ),
                        ),
                        ("on_behalf_of", models.BigIntegerField(null=True)),
                        ("dossier_id", models.BigIntegerField(null=True)),
                        ("person_id", models.BigIntegerField(null=True)),
                        ("object_type", models.CharField(blank=True, max_length=60)),
                        ("object_id", models.BigIntegerField(null=True)),
                        (
                            "recipients",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), default=list, size=None
                            ),
                        ),
                        (
                            "dossiers_shown",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), db_default=[], default=list, size=None
                            ),
                        ),
                        (
                            "persons_shown",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), db_default=[], default=list, size=None
                            ),
                        ),
                        ("legal_basis", models.CharField(blank=True, max_length=40)),
                        ("purpose", models.CharField(blank=True, max_length=200)),
                        ("details", models.JSONField(default=dict)),
                        ("salt", models.BinaryField(db_default=suone.ground.access.actor.RandomSalt())),
                        ("position", models.BigIntegerField(null=True)),
                    ],
                    options={
                        "verbose_name_plural": "entries",
                        "indexes": [
                            models.Index(fields=["dossier_id", "at"], name="audit_entry_dossier"),
                            models.Index(fields=["person_id", "at"], name="audit_entry_person"),
                            models.Index(
                                condition=models.Q(("position", None)), fields=["id"], name="audit_entry_unsealed"
                            ),
                            models.Index(fields=["act", "-id"], name="audit_entry_act"),
                            models.Index(fields=["staff_id", "-id"], name="audit_entry_staff"),
                            django.contrib.postgres.indexes.GinIndex(
                                condition=models.Q(("dossiers_shown", []), _negated=True),
                                fields=["dossiers_shown"],
                                name="audit_entry_dossiers",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                condition=models.Q(("persons_shown", []), _negated=True),
                                fields=["persons_shown"],
                                name="audit_entry_persons",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("position",), name="audit_entry_position"),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="true",
                                inserts=(
                                    "act",
                                    "details",
                                    "dossier_id",
                                    "dossiers_shown",
                                    "kind",
                                    "legal_basis",
                                    "object_id",
                                    "object_type",
                                    "on_behalf_of",
                                    "person_id",
                                    "persons_shown",
                                    "purpose",
                                    "recipients",
                                ),
                                kinds=("guest", "job", "person", "public", "staff", "system"),
                                name="audit_entry_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('audit.read')))",
                            ),
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "rights.sql"),
        sql_file(__file__, "seal.sql"),
        sql_file(__file__, "copies.sql"),
        sql_file(__file__, "who_saw.sql"),
    ]
