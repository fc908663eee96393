import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import suone.ground.access.first_tables
import suone.ground.access.row_policies
from django.conf import settings
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("institutions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Appointment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="staff_entries",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="staff",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "office",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="staff",
                                to="institutions.office",
                                verbose_name="Office",
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.region",
                                verbose_name="Region",
                            ),
                        ),
                        (
                            "percentage",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="Percentage of a full post"
                            ),
                        ),
                        ("first_name", models.CharField(max_length=100, verbose_name="First name")),
                        ("last_name", models.CharField(max_length=100, verbose_name="Last name")),
                        ("function", models.CharField(blank=True, max_length=100, verbose_name="Function")),
                        ("phone", models.CharField(blank=True, max_length=40, verbose_name="Telephone")),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="E-mail")),
                        ("active_from", models.DateField(blank=True, null=True, verbose_name="Works here from")),
                        ("active_until", models.DateField(blank=True, null=True, verbose_name="Works here until")),
                        (
                            "given_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("given_at", models.DateTimeField(editable=False, null=True)),
                        ("ended_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "ended_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "appointment",
                        "verbose_name_plural": "appointments",
                        "ordering": ["last_name", "first_name"],
                        "constraints": [
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                condition=models.Q(("ended_at", None)),
                                expressions=[
                                    (models.F("user"), "="),
                                    (models.F("institution"), "="),
                                    (
                                        models.Func(
                                            models.F("active_from"),
                                            models.F("active_until"),
                                            models.Value("[]"),
                                            function="daterange",
                                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="appointment_once_at_a_time",
                                violation_error_message="This account already works for this institution.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("active_from", None),
                                    ("active_until", None),
                                    ("active_until__gte", models.F("active_from")),
                                    _connector="OR",
                                ),
                                name="appointment_runs_forward",
                                violation_error_message="The last day must not be before the first.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("percentage", None),
                                    models.Q(("percentage__gte", 1), ("percentage__lte", 100)),
                                    _connector="OR",
                                ),
                                name="appointment_percentage",
                                violation_error_message="A percentage must be between 1 and 100.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                before_log_in=True,
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id))",
                                kinds=("job", "staff", "system"),
                                name="appointments_appointment_row_policies",
                                select="true",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit'))) OR ((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id))",
                                updates=(
                                    "active_from",
                                    "active_until",
                                    "email",
                                    "ended_at",
                                    "ended_by",
                                    "first_name",
                                    "function",
                                    "last_name",
                                    "office",
                                    "percentage",
                                    "phone",
                                    "region",
                                ),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="ended_at", name="appointment_ended", staff="ended_by"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HeldRole",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "appointment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="held_roles",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("front_line_worker", "Front-line worker"),
                                    ("contact_person", "Contact person"),
                                    ("regional_coordinator", "Regional coordinator"),
                                    ("thematic_coordinator", "Thematic coordinator"),
                                    ("case_manager", "Case manager"),
                                    ("tandem", "Tandem"),
                                    ("medical_officer", "Medical officer"),
                                    ("legal_commission", "Member of the legal commission"),
                                    ("cantonal_delegate", "Cantonal delegate"),
                                    ("office_administrator", "Office administrator"),
                                    ("institution_administrator", "Institution administrator"),
                                    ("steering", "Member of the steering group"),
                                    ("data_protection_officer", "Data-protection officer"),
                                ],
                                max_length=40,
                                verbose_name="Role",
                            ),
                        ),
                        ("valid_from", models.DateField(verbose_name="From")),
                        ("valid_until", models.DateField(blank=True, null=True, verbose_name="Until")),
                        (
                            "needs_approval",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.ExpressionWrapper(
                                    models.Q(
                                        (
                                            "role__in",
                                            [
                                                "cantonal_delegate",
                                                "data_protection_officer",
                                                "institution_administrator",
                                                "legal_commission",
                                                "medical_officer",
                                                "office_administrator",
                                            ],
                                        )
                                    ),
                                    output_field=models.BooleanField(),
                                ),
                                output_field=models.BooleanField(),
                            ),
                        ),
                        (
                            "given_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "given_by_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("given_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "approved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "approved_by_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("approved_at", models.DateTimeField(null=True)),
                        (
                            "ended_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("is_beginning", models.BooleanField(db_default=False)),
                    ],
                    options={
                        "verbose_name": "role held",
                        "verbose_name_plural": "roles held",
                        "ordering": ["appointment", "role", "valid_from"],
                        "constraints": [
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                condition=models.Q(("ended_at", None)),
                                expressions=[
                                    (models.F("appointment"), "="),
                                    (models.F("role"), "="),
                                    (
                                        models.Func(
                                            models.F("valid_from"),
                                            models.F("valid_until"),
                                            models.Value("[]"),
                                            function="daterange",
                                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="role_once_at_a_time",
                                violation_error_message="This role is already given for some of these days.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_until", None),
                                    ("valid_until__gte", models.F("valid_from")),
                                    ("ended_by__isnull", False),
                                    _connector="OR",
                                ),
                                name="role_runs_forward",
                                violation_error_message="The last day must not be before the first.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_at", None),
                                    models.Q(
                                        ("approved_by_account__isnull", False),
                                        ("given_by_account__isnull", False),
                                        models.Q(("given_by_account", models.F("approved_by_account")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="role_giver_is_not_approver",
                                violation_error_message="Nobody can approve a role that they gave themselves.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("approved_at", None), ("approved_by_account", None)),
                                    models.Q(("approved_at__isnull", False), ("approved_by_account__isnull", False)),
                                    _connector="OR",
                                ),
                                name="role_approved_who_and_when_together",
                                violation_error_message="An approval must say who approved and when.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("is_beginning", False),
                                    models.Q(
                                        ("approved_at", None),
                                        ("given_by", None),
                                        ("given_by_account", None),
                                        ("role__in", ["cantonal_delegate", "office_administrator"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="role_beginnings_are_two",
                                violation_error_message="An installation begins with an administrator and a delegate.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                before_log_in=True,
                                kinds=("job", "staff", "system"),
                                name="appointments_heldrole_row_policies",
                                select="true",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "appointment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="invitations",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        ("address", models.EmailField(max_length=254, verbose_name="E-mail")),
                        (
                            "language",
                            models.CharField(
                                choices=[("de", "Deutsch"), ("fr", "Français"), ("en", "English")],
                                default="de",
                                max_length=2,
                                verbose_name="Language",
                            ),
                        ),
                        ("token_hash", models.CharField(max_length=64, unique=True)),
                        (
                            "sent_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("sent_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("expires_at", models.DateTimeField()),
                        ("accepted_at", models.DateTimeField(null=True)),
                        ("withdrawn_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "invitation",
                        "verbose_name_plural": "invitations",
                        "ordering": ["-id"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("accepted_at", None), ("withdrawn_at", None)),
                                fields=("institution", "address"),
                                name="invitation_once_per_address",
                                violation_error_message="This address is already invited.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("address", django.db.models.functions.text.Lower("address"))),
                                name="invitation_address_in_small_letters",
                                violation_error_message="An address is stored in lower case.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="(SELECT actor_kind()) = 'job' OR (((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id)) AND EXISTS (SELECT 1 FROM appointments_appointment a WHERE a.id = {table}.appointment_id AND a.institution_id = {table}.institution_id OFFSET 0))",
                                name="appointments_invitation_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('appointment.oversee'))) OR (SELECT actor_may('appointment.administer')) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id))",
                                updates=("expires_at", "language", "sent_at", "sent_by", "token_hash", "withdrawn_at"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="sent_at", name="invitation_sent", staff="sent_by"
                            ),
                            suone.ground.access.row_policies.Stamp(at="accepted_at", name="invitation_accepted"),
                            suone.ground.access.row_policies.Stamp(at="withdrawn_at", name="invitation_withdrawn"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactPerson",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contact_persons",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contact_persons",
                                to="institutions.region",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contact_for",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "deputy",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="deputy_for",
                                to="appointments.appointment",
                            ),
                        ),
                        ("topics", models.CharField(blank=True, max_length=200, verbose_name="Responsible for")),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "contact person",
                        "verbose_name_plural": "contact persons",
                        "ordering": ["institution", "region", "position"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("institution", "region", "staff"),
                                name="contact_person_once_per_region",
                                nulls_distinct=False,
                                violation_error_message="This person is already a contact person there.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("deputy", None),
                                    models.Q(("deputy", models.F("staff")), _negated=True),
                                    _connector="OR",
                                ),
                                name="contact_person_is_not_own_deputy",
                                violation_error_message="Nobody can be their own deputy: choose somebody else.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id))",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id))",
                                kinds=("job", "staff", "system"),
                                name="appointments_contactperson_row_policies",
                                select="true",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id))",
                                updates=("deputy", "position", "region", "staff", "topics"),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Absence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="absences",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "deputy",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="appointments.appointment",
                                verbose_name="Who stands in",
                            ),
                        ),
                        ("first_day", models.DateField(verbose_name="First day")),
                        ("last_day", models.DateField(verbose_name="Last day")),
                    ],
                    options={
                        "verbose_name": "absence",
                        "verbose_name_plural": "absences",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("deputy", None),
                                    models.Q(("deputy", models.F("staff")), _negated=True),
                                    _connector="OR",
                                ),
                                name="absence_deputy_is_somebody_else",
                                violation_error_message="Nobody can be their own deputy: choose somebody else.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("last_day__gte", models.F("first_day"))),
                                name="absence_runs_forward",
                                violation_error_message="The last day must not be before the first.",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[
                                    (models.F("staff"), "="),
                                    (
                                        models.Func(
                                            models.F("first_day"),
                                            models.F("last_day"),
                                            models.Value("[]"),
                                            function="daterange",
                                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="absence_no_overlap",
                                violation_error_message="An absence is already recorded for some of these days.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR (((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('absence.edit')))) AND EXISTS (SELECT 1 FROM appointments_appointment a WHERE a.id = {table}.staff_id AND a.institution_id = (SELECT actor_institution()) OFFSET 0)) OR ((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                insert="((SELECT actor_kind()) = 'job' OR (((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('absence.edit')))) AND EXISTS (SELECT 1 FROM appointments_appointment a WHERE a.id = {table}.staff_id AND a.institution_id = (SELECT actor_institution()) OFFSET 0)) OR ((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))) AND ((SELECT actor_kind()) = 'job' OR {table}.deputy_id IS NULL OR EXISTS (SELECT 1 FROM appointments_appointment a WHERE a.id = {table}.deputy_id AND a.institution_id = (SELECT actor_institution()) OFFSET 0))",
                                name="appointments_absence_row_policies",
                                select="true",
                                update="(SELECT actor_kind()) = 'job' OR (((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('absence.edit')))) AND EXISTS (SELECT 1 FROM appointments_appointment a WHERE a.id = {table}.staff_id AND a.institution_id = (SELECT actor_institution()) OFFSET 0)) OR ((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff()))",
                                updates=("first_day", "last_day"),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BodyMember",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "body",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="members",
                                to="institutions.body",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="seats",
                                to="appointments.appointment",
                            ),
                        ),
                        ("function", models.CharField(blank=True, max_length=100, verbose_name="Function in the body")),
                        ("term_from", models.DateField(verbose_name="Term from")),
                        ("term_until", models.DateField(blank=True, null=True, verbose_name="Term until")),
                    ],
                    options={
                        "verbose_name": "member",
                        "verbose_name_plural": "members",
                        "ordering": ["body", "term_from"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("term_until", None), ("term_until__gte", models.F("term_from")), _connector="OR"
                                ),
                                name="term_runs_forward",
                                violation_error_message="The term must not end before it begins.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                name="appointments_bodymember_row_policies",
                                select="true",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('directory.edit')))",
                                updates=("function", "term_from", "term_until"),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartnerSystem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="partner_systems",
                                to="institutions.institution",
                                verbose_name="Institution",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="Name")),
                        (
                            "responsible",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="partner_systems",
                                to="appointments.appointment",
                                verbose_name="Responsible person",
                            ),
                        ),
                        ("key_hash", models.CharField(max_length=64, unique=True)),
                        ("valid_from", models.DateField(verbose_name="Valid from")),
                        ("valid_until", models.DateField(blank=True, null=True, verbose_name="Valid until")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="Ended")),
                        ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="Last used")),
                    ],
                    options={
                        "verbose_name": "partner's system",
                        "verbose_name_plural": "partners' systems",
                        "ordering": ["institution", "id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                                ),
                                name="partner_system_runs_forward",
                                violation_error_message="A key cannot expire before it takes effect.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                before="{table}.ended_at IS NULL",
                                insert="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id))",
                                name="appointments_partnersystem_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('appointment.oversee'))) OR (SELECT actor_may('appointment.administer')) AND {table}.institution_id = (SELECT actor_institution())",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id))",
                                updates=("ended_at",),
                            ),
                            suone.ground.access.row_policies.Stamp(at="ended_at", name="partner_system_ended"),
                            suone.ground.access.row_policies.Stamp(at="last_used_at", name="partner_system_used"),
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "partner_systems.sql", reverse="DROP FUNCTION appointments_system_of_key(text, date)"),
        sql_file(__file__, "roles.sql"),
        sql_file(__file__, "invitations.sql"),
        sql_file(__file__, "who_answers.sql"),
    ]
