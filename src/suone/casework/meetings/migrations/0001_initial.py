import django.db.models.deletion
import django.db.models.functions.datetime
import suone.ground.access.first_tables
import suone.ground.access.row_policies
import uuid
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0001_initial"),
        ("dossiers", "0001_initial"),
        ("institutions", "0001_initial"),
        ("plans", "0001_initial"),
        ("support", "0001_initial"),
        ("workitems", "0001_initial"),
    ]

    operations = [
        suone.ground.access.first_tables.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Meeting",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="meetings",
                                to="dossiers.dossier",
                            ),
                        ),
                        ("case_number", models.CharField(blank=True, max_length=12)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("round_table", "Round table"),
                                    ("assessment", "Assessment"),
                                    ("joint_interview", "Joint interview"),
                                    ("review", "Review meeting"),
                                    ("network", "Network meeting"),
                                    ("intervision", "Intervision"),
                                    ("fixed_session", "Fixed session"),
                                    ("regional", "Regional meeting"),
                                ],
                                max_length=16,
                                verbose_name="Kind",
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.region",
                                verbose_name="Region",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("planning", "a date is being found"),
                                    ("scheduled", "planned"),
                                    ("held", "held"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="planning",
                                max_length=10,
                                verbose_name="State",
                            ),
                        ),
                        ("starts_at", models.DateTimeField(null=True, verbose_name="Begins")),
                        ("minutes", models.PositiveSmallIntegerField(default=60, verbose_name="Length in minutes")),
                        ("place", models.CharField(blank=True, max_length=200, verbose_name="Place")),
                        (
                            "person_part",
                            models.CharField(
                                choices=[
                                    ("absent", "not present"),
                                    ("whole", "present from beginning to end"),
                                    ("second", "present in the second part"),
                                ],
                                default="absent",
                                max_length=8,
                                verbose_name="The person is",
                            ),
                        ),
                        (
                            "second_part_after",
                            models.PositiveSmallIntegerField(null=True, verbose_name="Second part after (minutes)"),
                        ),
                        ("person_came", models.BooleanField(null=True)),
                        ("answer_until", models.DateField(null=True, verbose_name="Answer by")),
                        ("all_answered_at", models.DateTimeField(null=True)),
                        (
                            "convening",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "convened_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("convened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("has_exception", models.BooleanField(default=False)),
                        ("minutes_finished_at", models.DateTimeField(null=True)),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "verbose_name": "meeting",
                        "verbose_name_plural": "meetings",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "scheduled")), fields=["starts_at"], name="meeting_ahead"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["planning", "cancelled"]),
                                    ("starts_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="meeting_planned_at_a_time",
                                violation_error_message="A planned meeting has a time.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("dossier__isnull", False),
                                    ("kind__in", ["intervision", "fixed_session", "regional"]),
                                    _connector="OR",
                                ),
                                name="meeting_about_a_case_where_meant_so",
                                violation_error_message="Such a meeting is about one case: convene it from the page of the case.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("minutes_finished_at", None), ("state", "held"), _connector="OR"),
                                name="meeting_minutes_finished_after_it_was_held",
                                violation_error_message="Record first that the meeting was held.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0))) OR ({table}.dossier_id IS NULL AND (SELECT actor_kind()) = 'staff' AND (SELECT actor_may('meeting.convene')))) AND ((SELECT actor_kind()) = 'staff' AND {table}.convening_id = (SELECT actor_institution()))",
                                name="meetings_meeting_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0))) OR ({table}.dossier_id IS NULL AND (SELECT actor_kind()) = 'staff') OR ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.meeting_id = {table}.id AND i.institution_id = (SELECT actor_institution()) AND i.answer <> 'withdrawn' OFFSET 0))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0))) OR ({table}.dossier_id IS NULL AND ((SELECT actor_kind()) = 'staff' AND {table}.convening_id = (SELECT actor_institution())))",
                                updates=(
                                    "all_answered_at",
                                    "answer_until",
                                    "minutes",
                                    "minutes_finished_at",
                                    "person_came",
                                    "place",
                                    "starts_at",
                                    "state",
                                    "version",
                                ),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="convened_at", institution="convening", name="meeting_convened", staff="convened_by"
                            ),
                            suone.ground.access.row_policies.Stamp(at="all_answered_at", name="meeting_all_answered"),
                            suone.ground.access.row_policies.Stamp(
                                at="minutes_finished_at", name="meeting_minutes_finished"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Invitee",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="invitees",
                                to="meetings.meeting",
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("convener", "convenes"), ("invited", "invited")],
                                default="invited",
                                max_length=8,
                            ),
                        ),
                        (
                            "answer",
                            models.CharField(
                                choices=[
                                    ("waiting", "not answered yet"),
                                    ("accepted", "will be there"),
                                    ("declined", "will not be there"),
                                    ("withdrawn", "no longer invited"),
                                ],
                                default="waiting",
                                max_length=9,
                                verbose_name="Answer",
                            ),
                        ),
                        ("answered_at", models.DateTimeField(null=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("contributed_at", models.DateTimeField(null=True)),
                        (
                            "presence",
                            models.CharField(
                                choices=[
                                    ("unknown", "not recorded"),
                                    ("present", "present"),
                                    ("excused", "excused"),
                                    ("absent", "absent"),
                                ],
                                default="unknown",
                                max_length=7,
                                verbose_name="Presence",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "invitation",
                        "verbose_name_plural": "invitations",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("answer", "waiting")),
                                fields=["institution"],
                                name="invitee_waiting",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("meeting", "institution", "staff"),
                                name="invitee_once_per_meeting",
                                nulls_distinct=False,
                                violation_error_message="They have already been invited.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND meetings_is_about({table}.meeting_id, {table}.dossier_id) OR ({table}.dossier_id IS NULL AND (SELECT actor_kind()) = 'staff' AND meetings_is_convened_by_own({table}.meeting_id))",
                                name="meetings_invitee_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0))) OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) OR ({table}.dossier_id IS NULL AND (SELECT actor_kind()) = 'staff')",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0))) OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) OR ({table}.dossier_id IS NULL AND (SELECT actor_kind()) = 'staff' AND meetings_is_convened_by_own({table}.meeting_id))",
                                updates=("answer", "answered_at", "answered_by", "contributed_at", "presence"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="answered_at", name="invitee_answered", staff="answered_by"
                            ),
                            suone.ground.access.row_policies.Stamp(at="contributed_at", name="invitee_contributed"),
                            suone.ground.access.row_policies.AdditionalInsertPolicy(
                                condition="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff())) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) AND starts_with({table}.act, 'meeting.') AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.dossier_id = {table}.dossier_id AND i.institution_id = (SELECT actor_institution()) AND i.answer <> 'withdrawn' AND ({table}.object_type = 'invitee' AND i.id = {table}.object_id OR {table}.object_type = 'meeting' AND i.meeting_id = {table}.object_id))",
                                into="dossiers_event",
                                name="meetings_invitee_event",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reason",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reasons",
                                to="meetings.meeting",
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "invitee",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="meetings.invitee",
                            ),
                        ),
                        (
                            "part",
                            models.CharField(
                                choices=[
                                    ("exception", "Without a physician"),
                                    ("cancelled", "This meeting does not take place."),
                                    ("declined", "Reason"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "category",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "Identity and contact"),
                                    (1, "Employment"),
                                    (2, "Education"),
                                    (3, "Finances"),
                                    (4, "Health"),
                                    (5, "Addiction"),
                                    (6, "Family and housing"),
                                    (7, "Justice"),
                                    (8, "Migration"),
                                    (9, "Social network"),
                                    (10, "Administrative"),
                                ],
                                default=10,
                            ),
                        ),
                        ("text", models.CharField(max_length=300)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("invitee__isnull", False), ("part", "declined")),
                                    models.Q(models.Q(("part", "declined"), _negated=True), ("invitee", None)),
                                    _connector="OR",
                                ),
                                name="reason_of_somebody_who_does_not_come",
                                violation_error_message="A reason for not coming belongs to an invitation.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff())) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) AND meetings_is_about({table}.meeting_id, {table}.dossier_id) AND (({table}.part = 'declined' AND ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.id = {table}.invitee_id AND i.meeting_id = {table}.meeting_id AND i.institution_id = (SELECT actor_institution()) OFFSET 0))) OR ({table}.part <> 'declined' AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0))) OR ({table}.dossier_id IS NULL AND (SELECT actor_kind()) = 'staff' AND meetings_is_convened_by_own({table}.meeting_id)))))",
                                name="meetings_reason_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0))) OR ({table}.dossier_id IS NULL AND (SELECT actor_kind()) = 'staff') OR ({table}.part = 'cancelled' AND ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.meeting_id = {table}.meeting_id AND i.institution_id = (SELECT actor_institution()) AND i.answer <> 'withdrawn' OFFSET 0)))",
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="at", institution="institution", name="reason_given", staff="staff"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DateProposal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="proposals",
                                to="meetings.meeting",
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="dossiers.dossier",
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="Begins")),
                    ],
                    options={
                        "verbose_name": "proposed date",
                        "verbose_name_plural": "proposed dates",
                        "ordering": ["starts_at"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("meeting", "starts_at"),
                                name="date_proposed_once",
                                violation_error_message="A date has been proposed twice.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND meetings_is_about({table}.meeting_id, {table}.dossier_id) OR ({table}.dossier_id IS NULL AND (SELECT actor_kind()) = 'staff' AND meetings_is_convened_by_own({table}.meeting_id))",
                                name="meetings_dateproposal_row_policies",
                                select="EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.id = {table}.meeting_id OFFSET 0)",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DateAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="meetings.dateproposal",
                            ),
                        ),
                        (
                            "invitee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="date_answers",
                                to="meetings.invitee",
                            ),
                        ),
                        (
                            "suits",
                            models.CharField(
                                choices=[("yes", "yes"), ("if_need_be", "if need be"), ("no", "no")],
                                max_length=10,
                                verbose_name="Suits",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("proposal", "invitee"),
                                name="date_answered_once_by_each",
                                violation_error_message="This date is answered already.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                insert="((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.id = {table}.invitee_id AND i.institution_id = (SELECT actor_institution()) OFFSET 0))",
                                name="meetings_dateanswer_row_policies",
                                select="EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.id = {table}.invitee_id OFFSET 0)",
                                update="((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.id = {table}.invitee_id AND i.institution_id = (SELECT actor_institution()) OFFSET 0))",
                                updates=("at", "staff", "suits"),
                            ),
                            suone.ground.access.row_policies.Stamp(at="at", name="date_answered", staff="staff"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Guest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="guests",
                                to="meetings.meeting",
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "invited_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="Name")),
                        ("function", models.CharField(blank=True, max_length=100, verbose_name="Function")),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="E-mail")),
                        ("token_hash", models.CharField(max_length=64, unique=True)),
                        ("valid_until", models.DateTimeField()),
                        ("revoked_at", models.DateTimeField(null=True)),
                        (
                            "answer",
                            models.CharField(
                                choices=[
                                    ("waiting", "not answered yet"),
                                    ("accepted", "will be there"),
                                    ("declined", "will not be there"),
                                    ("withdrawn", "no longer invited"),
                                ],
                                default="waiting",
                                max_length=9,
                                verbose_name="Answer",
                            ),
                        ),
                        ("answered_at", models.DateTimeField(null=True)),
                        (
                            "presence",
                            models.CharField(
                                choices=[
                                    ("unknown", "not recorded"),
                                    ("present", "present"),
                                    ("excused", "excused"),
                                    ("absent", "absent"),
                                ],
                                default="unknown",
                                max_length=7,
                                verbose_name="Presence",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "guest",
                        "verbose_name_plural": "guests",
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                insert="(((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND meetings_is_about({table}.meeting_id, {table}.dossier_id) OR ({table}.dossier_id IS NULL AND (SELECT actor_kind()) = 'staff' AND meetings_is_convened_by_own({table}.meeting_id))) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                name="meetings_guest_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 9)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << 9)) <> 0 OFFSET 0))) OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                update="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0))) OR ({table}.dossier_id IS NULL AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())))",
                                updates=("presence", "revoked_at"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                institution="institution", name="guest_invited", staff="invited_by"
                            ),
                            suone.ground.access.row_policies.Stamp(at="revoked_at", name="guest_revoked"),
                            suone.ground.access.row_policies.Stamp(at="answered_at", name="guest_answered"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgendaPoint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="points",
                                to="meetings.meeting",
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="dossiers.dossier",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        ("title", models.CharField(blank=True, max_length=200, verbose_name="Title")),
                        ("language", models.CharField(max_length=2)),
                        (
                            "category",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "Identity and contact"),
                                    (1, "Employment"),
                                    (2, "Education"),
                                    (3, "Finances"),
                                    (4, "Health"),
                                    (5, "Addiction"),
                                    (6, "Family and housing"),
                                    (7, "Justice"),
                                    (8, "Migration"),
                                    (9, "Social network"),
                                    (10, "Administrative"),
                                ],
                                default=10,
                                verbose_name="Data category",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "point of the agenda",
                        "verbose_name_plural": "points of the agenda",
                        "ordering": ["position", "pk"],
                        "constraints": [
                            suone.ground.access.row_policies.RowPolicies(
                                delete="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0))) OR ({table}.dossier_id IS NULL AND ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.meeting_id = {table}.meeting_id AND i.institution_id = (SELECT actor_institution()) AND i.answer <> 'withdrawn' OFFSET 0)))",
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0))) OR ({table}.dossier_id IS NULL AND ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.meeting_id = {table}.meeting_id AND i.institution_id = (SELECT actor_institution()) AND i.answer <> 'withdrawn' OFFSET 0)))) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) AND EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.id = {table}.meeting_id OFFSET 0)",
                                name="meetings_agendapoint_row_policies",
                                select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0))) OR ({table}.dossier_id IS NULL AND ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.meeting_id = {table}.meeting_id AND i.institution_id = (SELECT actor_institution()) AND i.answer <> 'withdrawn' OFFSET 0)))",
                            ),
                            suone.ground.access.row_policies.Stamp(
                                institution="institution", name="agenda_point_added", staff="staff"
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
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="meetings.meeting",
                            ),
                        ),
                        (
                            "dossier",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="dossiers.dossier",
                            ),
                        ),
                        (
                            "point",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="meetings.agendapoint",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("contribution", "Contribution in advance"),
                                    ("minutes", "Minutes"),
                                    ("recommendation", "Recommendation"),
                                    ("decision", "Decision"),
                                    ("mandate", "Mandate"),
                                ],
                                max_length=14,
                                verbose_name="Kind",
                            ),
                        ),
                        (
                            "category",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "Identity and contact"),
                                    (1, "Employment"),
                                    (2, "Education"),
                                    (3, "Finances"),
                                    (4, "Health"),
                                    (5, "Addiction"),
                                    (6, "Family and housing"),
                                    (7, "Justice"),
                                    (8, "Migration"),
                                    (9, "Social network"),
                                    (10, "Administrative"),
                                ],
                                verbose_name="Data category",
                            ),
                        ),
                        ("text", models.TextField(verbose_name="Text")),
                        ("language", models.CharField(max_length=2)),
                        (
                            "responsible",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                                verbose_name="Who does it",
                            ),
                        ),
                        ("due_on", models.DateField(null=True, verbose_name="Until")),
                        (
                            "work_item",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="workitems.workitem",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="plans.plan",
                            ),
                        ),
                        (
                            "service",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="support.service",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="institutions.institution",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="appointments.appointment",
                            ),
                        ),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("changed_at", models.DateTimeField(null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "verbose_name": "entry",
                        "verbose_name_plural": "entries",
                        "ordering": ["pk"],
                        "indexes": [models.Index(fields=["meeting", "id"], name="entry_of_meeting")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("due_on", None), ("responsible", None)),
                                    models.Q(("due_on__isnull", False), ("responsible__isnull", False)),
                                    _connector="OR",
                                ),
                                name="entry_with_responsible_and_day",
                                violation_error_message="Name both: who is responsible, and until when.",
                            ),
                            suone.ground.access.row_policies.RowPolicies(
                                delete="((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) AND NOT EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.id = {table}.meeting_id AND m.minutes_finished_at IS NOT NULL OFFSET 0)",
                                insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0))) OR ({table}.dossier_id IS NULL AND ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.meeting_id = {table}.meeting_id AND i.institution_id = (SELECT actor_institution()) AND i.answer <> 'withdrawn' OFFSET 0)))) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) AND EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.id = {table}.meeting_id OFFSET 0)",
                                name="meetings_entry_row_policies",
                                select="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND ((g.categories & (1::bigint << {table}.category)) <> 0 OR {table}.staff_id = (SELECT actor_staff())) OFFSET 0))) OR ({table}.dossier_id IS NULL AND ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.meeting_id = {table}.meeting_id AND i.institution_id = (SELECT actor_institution()) AND i.answer <> 'withdrawn' OFFSET 0)))) AND ((SELECT actor_kind()) = 'job' OR {table}.kind = 'contribution' OR ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) OR EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.id = {table}.meeting_id AND m.minutes_finished_at IS NOT NULL OFFSET 0))",
                                update="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0))) OR ({table}.dossier_id IS NULL AND ((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.meeting_id = {table}.meeting_id AND i.institution_id = (SELECT actor_institution()) AND i.answer <> 'withdrawn' OFFSET 0)))) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution()))",
                                updates=("changed_at", "plan", "service", "text", "version", "work_item"),
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="at", institution="institution", name="entry_written", staff="staff"
                            ),
                            suone.ground.access.row_policies.Stamp(
                                at="changed_at", name="entry_changed", watches=("text",)
                            ),
                        ],
                    },
                ),
            ],
        ),
        sql_file(__file__, "meetings.sql"),
    ]
