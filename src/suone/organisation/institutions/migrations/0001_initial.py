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
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="Where a public paper says it: paper and page or chapter.",
                                max_length=200,
                                verbose_name="Source",
                            ),
                        ),
                        ("is_default", models.BooleanField(default=False, editable=False)),
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
                                updates=(
                                    "is_default",
                                    "name_de",
                                    "name_en",
                                    "name_fr",
                                    "name_it",
                                    "position",
                                    "source",
                                ),
                            )
                        ],
                        "indexes": [],
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
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="Where a public paper says it: paper and page or chapter.",
                                max_length=200,
                                verbose_name="Source",
                            ),
                        ),
                        ("is_default", models.BooleanField(default=False, editable=False)),
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
                        (
                            "regions",
                            models.ManyToManyField(
                                blank=True,
                                related_name="institutions",
                                to="institutions.region",
                                verbose_name="Works for these regions",
                            ),
                        ),
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
                                    "is_default",
                                    "is_iiz_office",
                                    "kind",
                                    "name_de",
                                    "name_en",
                                    "name_fr",
                                    "name_it",
                                    "parent_service",
                                    "short_name_fr",
                                    "source",
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
                        "indexes": [],
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
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="Where a public paper says it: paper and page or chapter.",
                                max_length=200,
                                verbose_name="Source",
                            ),
                        ),
                        ("is_default", models.BooleanField(default=False, editable=False)),
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
                                    "is_default",
                                    "name_de",
                                    "name_en",
                                    "name_fr",
                                    "name_it",
                                    "phone",
                                    "region",
                                    "source",
                                ),
                            )
                        ],
                        "indexes": [],
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
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="Where a public paper says it: paper and page or chapter.",
                                max_length=200,
                                verbose_name="Source",
                            ),
                        ),
                        ("is_default", models.BooleanField(default=False, editable=False)),
                        ("code", models.SlugField(max_length=30, unique=True, verbose_name="Code")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("steering", "steering group"),
                                    ("development", "development and coordination body"),
                                    ("legal_commission", "legal commission"),
                                    ("office", "IIZ office"),
                                    ("pool", "pool for case management"),
                                ],
                                max_length=20,
                                verbose_name="Kind",
                            ),
                        ),
                        ("task", models.CharField(blank=True, max_length=300, verbose_name="Task")),
                        (
                            "region",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bodies",
                                to="institutions.region",
                                verbose_name="Region",
                            ),
                        ),
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
                                updates=(
                                    "is_default",
                                    "kind",
                                    "name_de",
                                    "name_en",
                                    "name_fr",
                                    "name_it",
                                    "region",
                                    "source",
                                    "task",
                                ),
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind", "pool"),
                                    ("region__isnull", False),
                                )
                                | models.Q(models.Q(("kind", "pool"), _negated=True), ("region", None)),
                                name="body_pool_has_its_region",
                                violation_error_message="A pool for case management belongs to a region, and no other body does.",
                            ),
                        ],
                        "indexes": [],
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
                        (
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="Where a public paper says it: paper and page or chapter.",
                                max_length=200,
                                verbose_name="Source",
                            ),
                        ),
                        ("is_default", models.BooleanField(default=False, editable=False)),
                        ("title_de", models.CharField(max_length=200, verbose_name="Title (German)")),
                        ("title_fr", models.CharField(max_length=200, verbose_name="Title (French)")),
                        ("kind", models.CharField(max_length=60, verbose_name="Kind")),
                        (
                            "since",
                            models.CharField(
                                blank=True,
                                help_text="As exactly as it is known: 2019, 2021-11 or 2021-11-15.",
                                max_length=10,
                                verbose_name="In force since",
                            ),
                        ),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="In force until")),
                        (
                            "reciprocity",
                            models.CharField(
                                choices=[("unknown", "unknown"), ("given", "given"), ("not_given", "not given")],
                                db_default="unknown",
                                default="unknown",
                                max_length=10,
                                verbose_name="Reciprocity",
                            ),
                        ),
                        (
                            "reciprocity_source",
                            models.CharField(
                                blank=True,
                                help_text="Article or letter that says whether the other side does the same.",
                                max_length=200,
                                verbose_name="Source of the reciprocity",
                            ),
                        ),
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
                                updates=(
                                    "ends_on",
                                    "is_default",
                                    "kind",
                                    "reciprocity",
                                    "reciprocity_source",
                                    "since",
                                    "source",
                                    "title_de",
                                    "title_fr",
                                ),
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("since", ""),
                                    ("since__regex", "^\\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?)?$"),
                                    _connector="OR",
                                ),
                                name="convention_since_is_a_year_a_month_or_a_day",
                                violation_error_message="Enter a year, a month or a day, such as 2019, 2021-11 or 2021-11-15.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("reciprocity", "unknown"),
                                    models.Q(("reciprocity_source", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="convention_reciprocity_has_its_source",
                                violation_error_message="Say where it is written whether reciprocity is given.",
                            ),
                        ],
                        "indexes": [],
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
                            "source",
                            models.CharField(
                                blank=True,
                                help_text="Where a public paper says it: paper and page or chapter.",
                                max_length=200,
                                verbose_name="Source",
                            ),
                        ),
                        ("is_default", models.BooleanField(default=False, editable=False)),
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
                                    "is_default",
                                    "name_de",
                                    "name_en",
                                    "name_fr",
                                    "name_it",
                                    "source",
                                    "who_pays_de",
                                    "who_pays_fr",
                                ),
                            )
                        ],
                        "indexes": [],
                    },
                ),
            ],
        ),
        sql_file(__file__, "parties.sql"),
        sql_file(__file__, "regions_of_institutions.sql"),
        sql_file(__file__, "the_office.sql", reverse="DROP FUNCTION institutions_office_stays() CASCADE"),
    ]
