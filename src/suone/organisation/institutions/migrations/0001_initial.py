import django.db.models.deletion
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
                    name="Region",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_de", models.CharField(max_length=150, verbose_name="Name (German)")),
                        ("name_fr", models.CharField(max_length=150, verbose_name="Name (French)")),
                        ("name_it", models.CharField(blank=True, max_length=150, verbose_name="Name (Italian)")),
                        ("name_en", models.CharField(blank=True, max_length=150, verbose_name="Name (English)")),
                        ("code", models.SlugField(max_length=30, unique=True, verbose_name="Code")),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "region",
                        "verbose_name_plural": "regions",
                        "ordering": ["position"],
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                kinds=("job", "staff", "system"),
                                name="institutions_region_row_policies",
                                select="true",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                updates=("name_de", "name_en", "name_fr", "name_it", "position"),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Institution",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_de", models.CharField(max_length=150, verbose_name="Name (German)")),
                        ("name_fr", models.CharField(max_length=150, verbose_name="Name (French)")),
                        ("name_it", models.CharField(blank=True, max_length=150, verbose_name="Name (Italian)")),
                        ("name_en", models.CharField(blank=True, max_length=150, verbose_name="Name (English)")),
                        ("code", models.CharField(max_length=20, unique=True, verbose_name="Short name")),
                        (
                            "short_name_fr",
                            models.CharField(blank=True, max_length=20, verbose_name="Short name (French)"),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("unemployment_insurance", "unemployment insurance"),
                                    ("disability_insurance", "disability insurance"),
                                    ("social_assistance", "social assistance"),
                                    ("asylum", "asylum"),
                                    ("benefit_coordination", "coordination of social benefits"),
                                    ("coordination_office", "coordination office"),
                                    ("career_guidance", "career guidance"),
                                    ("youth_transition", "transition of youth into training"),
                                    ("medical_service", "medical service"),
                                    ("integration_office", "integration of migrants"),
                                    ("justice", "justice"),
                                    ("accident_insurance", "accident insurance"),
                                    ("school", "school"),
                                    ("child_and_youth", "protection and therapy of children"),
                                    ("psychiatry", "psychiatry"),
                                    ("commune", "commune"),
                                    ("private", "private notifiers"),
                                    ("other", "another kind"),
                                ],
                                max_length=24,
                                verbose_name="Kind of institution",
                            ),
                        ),
                        (
                            "circle",
                            models.CharField(
                                choices=[
                                    ("first", "first circle"),
                                    ("second", "second circle"),
                                    ("private", "private"),
                                ],
                                max_length=10,
                                verbose_name="Circle",
                            ),
                        ),
                        ("parent_service", models.CharField(blank=True, max_length=60, verbose_name="Belongs to")),
                        ("is_iiz_office", models.BooleanField(default=False, verbose_name="Is the IIZ office")),
                    ],
                    options={
                        "verbose_name": "institution",
                        "verbose_name_plural": "institutions",
                        "ordering": ["circle", "code"],
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
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
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "unemployment_insurance",
                                            "disability_insurance",
                                            "social_assistance",
                                            "asylum",
                                            "benefit_coordination",
                                            "coordination_office",
                                            "career_guidance",
                                            "youth_transition",
                                            "medical_service",
                                            "integration_office",
                                            "justice",
                                            "accident_insurance",
                                            "school",
                                            "child_and_youth",
                                            "psychiatry",
                                            "commune",
                                            "private",
                                            "other",
                                        ],
                                    )
                                ),
                                name="institution_has_a_known_kind",
                                violation_error_message="Choose what kind of institution it is.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Office",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_de", models.CharField(max_length=150, verbose_name="Name (German)")),
                        ("name_fr", models.CharField(max_length=150, verbose_name="Name (French)")),
                        ("name_it", models.CharField(blank=True, max_length=150, verbose_name="Name (Italian)")),
                        ("name_en", models.CharField(blank=True, max_length=150, verbose_name="Name (English)")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="offices",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="offices",
                                to="institutions.region",
                            ),
                        ),
                        ("address", models.CharField(blank=True, max_length=200, verbose_name="Address")),
                        ("phone", models.CharField(blank=True, max_length=40, verbose_name="Telephone")),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="E-mail")),
                        ("is_active", models.BooleanField(default=True, verbose_name="Active")),
                    ],
                    options={
                        "verbose_name": "office",
                        "verbose_name_plural": "offices",
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                kinds=("job", "staff", "system"),
                                name="institutions_office_row_policies",
                                select="true",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                updates=(
                                    "address",
                                    "email",
                                    "is_active",
                                    "name_de",
                                    "name_en",
                                    "name_fr",
                                    "name_it",
                                    "phone",
                                    "region",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Body",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_de", models.CharField(max_length=150, verbose_name="Name (German)")),
                        ("name_fr", models.CharField(max_length=150, verbose_name="Name (French)")),
                        ("name_it", models.CharField(blank=True, max_length=150, verbose_name="Name (Italian)")),
                        ("name_en", models.CharField(blank=True, max_length=150, verbose_name="Name (English)")),
                        ("code", models.SlugField(max_length=30, unique=True, verbose_name="Code")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("steering", "steering group"),
                                    ("development", "development and coordination body"),
                                    ("legal_commission", "legal commission"),
                                    ("office", "IIZ office"),
                                ],
                                max_length=20,
                                verbose_name="Kind",
                            ),
                        ),
                        ("task", models.CharField(blank=True, max_length=300, verbose_name="Task")),
                    ],
                    options={
                        "verbose_name": "body",
                        "verbose_name_plural": "bodies",
                        "ordering": ["name_de"],
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                kinds=("job", "staff", "system"),
                                name="institutions_body_row_policies",
                                select="true",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                updates=("kind", "name_de", "name_en", "name_fr", "name_it", "task"),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Convention",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title_de", models.CharField(max_length=200, verbose_name="Title (German)")),
                        ("title_fr", models.CharField(max_length=200, verbose_name="Title (French)")),
                        ("kind", models.CharField(max_length=60, verbose_name="Kind")),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="In force from")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="In force until")),
                        ("gives_reciprocity", models.BooleanField(default=False, verbose_name="Gives reciprocity")),
                        (
                            "parties",
                            models.ManyToManyField(
                                related_name="conventions", to="institutions.institution", verbose_name="Parties"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "convention",
                        "verbose_name_plural": "conventions",
                        "ordering": ["title_de"],
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                kinds=("job", "staff", "system"),
                                name="institutions_convention_row_policies",
                                select="true",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                updates=("ends_on", "gives_reciprocity", "kind", "starts_on", "title_de", "title_fr"),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ServiceOffer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name_de", models.CharField(max_length=150, verbose_name="Name (German)")),
                        ("name_fr", models.CharField(max_length=150, verbose_name="Name (French)")),
                        ("name_it", models.CharField(blank=True, max_length=150, verbose_name="Name (Italian)")),
                        ("name_en", models.CharField(blank=True, max_length=150, verbose_name="Name (English)")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="services_offered",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "for_whom_de",
                            models.CharField(blank=True, max_length=300, verbose_name="Who may get it (German)"),
                        ),
                        (
                            "for_whom_fr",
                            models.CharField(blank=True, max_length=300, verbose_name="Who may get it (French)"),
                        ),
                        ("who_pays_de", models.CharField(blank=True, max_length=200, verbose_name="Who pays (German)")),
                        ("who_pays_fr", models.CharField(blank=True, max_length=200, verbose_name="Who pays (French)")),
                    ],
                    options={
                        "verbose_name": "service offered",
                        "verbose_name_plural": "services offered",
                        "ordering": ["institution", "name_de"],
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                kinds=("job", "staff", "system"),
                                name="institutions_serviceoffer_row_policies",
                                select="true",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                updates=(
                                    "for_whom_de",
                                    "for_whom_fr",
                                    "name_de",
                                    "name_en",
                                    "name_fr",
                                    "name_it",
                                    "who_pays_de",
                                    "who_pays_fr",
                                ),
                            )
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "parties.sql"),
        sql_file(__file__, "the_office.sql", reverse="DROP FUNCTION institutions_office_stays() CASCADE"),
    ]
