import django.db.models.deletion
import django.db.models.functions.datetime
import suone.ground.access.row_policies
from suone.ground.access.sql_files import sql_file
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_rights_on_tables_of_libraries"),
        ("appointments", "0001_initial"),
        ("cases", "0001_initial"),
        ("consents", "0001_initial"),
        ("decisions", "0001_initial"),
        ("dossiers", "0001_initial"),
        ("institutions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handovers", to="dossiers.dossier"
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handover", to="decisions.decision"
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="institutions.institution"
                    ),
                ),
                (
                    "sender_staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="appointments.appointment"
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.institution",
                        verbose_name="To which institution",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="institutions.office",
                        verbose_name="Office",
                    ),
                ),
                (
                    "receiver_staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appointments.appointment",
                    ),
                ),
                (
                    "constellation",
                    models.CharField(
                        choices=[
                            ("1", "1: referral, both continue to follow the person"),
                            ("2", "2: the same in the other direction, both continue to follow the person"),
                            ("3", "3: direct hand-over, one stops"),
                            ("4", "4: one stops without hand-over"),
                        ],
                        max_length=1,
                        verbose_name="Constellation",
                    ),
                ),
                ("between", models.CharField(max_length=10)),
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
                        default=1,
                    ),
                ),
                ("message", models.TextField(blank=True, verbose_name="What it is about")),
                ("language", models.CharField(max_length=2)),
                ("basis", models.CharField(max_length=40, verbose_name="Legal basis")),
                (
                    "consent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consents.consent"
                    ),
                ),
                ("categories", models.BigIntegerField()),
                ("overlap_until", models.DateField(null=True, verbose_name="Both follow until")),
                ("proposed_on", models.DateField()),
                ("naming_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("accepted_in", models.BigIntegerField(null=True)),
                ("access_until", models.DateTimeField(null=True)),
                ("sender_until", models.DateTimeField(null=True)),
                ("sender_categories", models.BigIntegerField(null=True)),
                ("sender_left_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "hand-over",
                "verbose_name_plural": "hand-overs",
                "indexes": [
                    models.Index(fields=["dossier", "-id"], name="handover_of_case"),
                    models.Index(fields=["proposed_on", "sender", "receiver"], name="handover_by_year"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sender", models.F("receiver")), _negated=True),
                        name="handover_between_two",
                        violation_error_message="Choose an institution other than your own.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("categories__gt", 0), ("categories__lt", 2048), models.Q(("category", 4), _negated=True)
                        ),
                        name="handover_without_health",
                        violation_error_message="A hand-over passes data, but no medical content.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "consent"), ("consent__isnull", False)),
                            models.Q(models.Q(("basis", "consent"), _negated=True), ("consent", None)),
                            _connector="OR",
                        ),
                        name="handover_on_consent_names_it",
                        violation_error_message="A hand-over on a consent names the consent.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sender_until", None),
                            models.Q(("accepted_at__isnull", False), ("constellation", "3")),
                            _connector="OR",
                        ),
                        name="handover_sender_stops_once_accepted",
                        violation_error_message="Only an accepted direct hand-over ends the sender's part.",
                    ),
                    suone.ground.access.row_policies.RowPolicies(
                        insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 3 OFFSET 0)))) AND ((SELECT actor_kind()) = 'staff' AND {table}.sender_id = (SELECT actor_institution())) AND {table}.accepted_at IS NULL AND {table}.accepted_in IS NULL AND {table}.access_until IS NULL AND {table}.sender_until IS NULL",
                        name="handovers_handover_row_policies",
                        select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 AND (g.categories & (1::bigint << {table}.category)) <> 0 OFFSET 0))) OR (((SELECT actor_kind()) = 'staff' AND {table}.sender_id = (SELECT actor_institution())) AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0))))) OR (((SELECT actor_kind()) = 'staff' AND {table}.receiver_id = (SELECT actor_institution())) AND (EXISTS (SELECT 1 FROM decisions_decision d WHERE d.id = {table}.decision_id AND d.state = 'pending') OR (EXISTS (SELECT 1 FROM decisions_decision d WHERE d.id = {table}.decision_id AND d.state = 'accepted') AND ((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 1 OFFSET 0)))))))",
                        update="(SELECT actor_kind()) = 'job' OR (((SELECT actor_kind()) = 'staff' AND {table}.receiver_id = (SELECT actor_institution())) AND (EXISTS (SELECT 1 FROM decisions_decision d WHERE d.id = {table}.decision_id AND d.state = 'pending') OR EXISTS (SELECT 1 FROM decisions_decision d WHERE d.id = {table}.decision_id AND d.state = 'accepted')))",
                        updates=("naming_at", "receiver_staff", "sender_left_at"),
                    ),
                    suone.ground.access.row_policies.Stamp(
                        at="proposed_on", institution="sender", name="handover_proposed", staff="sender_staff"
                    ),
                    suone.ground.access.row_policies.Stamp(at="naming_at", name="handover_naming"),
                    suone.ground.access.row_policies.Stamp(at="sender_left_at", name="handover_sender_left"),
                    suone.ground.access.row_policies.AdditionalInsertPolicy(
                        condition="((SELECT actor_kind()) = 'staff' AND {table}.staff_id = (SELECT actor_staff())) AND ((SELECT actor_kind()) = 'staff' AND {table}.institution_id = (SELECT actor_institution())) AND {table}.object_type = 'handover' AND {table}.category = 10 AND handovers_tells({table}.object_id, {table}.dossier_id, {table}.act)",
                        into="dossiers_event",
                        name="handovers_handover_event",
                    ),
                    suone.ground.access.row_policies.AdditionalInsertPolicy(
                        condition="EXISTS (SELECT 1 FROM handovers_handover h WHERE h.dossier_id = {table}.dossier_id AND h.sender_id = {table}.giver_id AND h.sender_staff_id = {table}.giver_staff_id AND h.receiver_id = {table}.recipient_id AND h.basis = {table}.basis AND h.consent_id IS NOT DISTINCT FROM {table}.consent_id AND (h.sender_staff_id = (SELECT actor_staff()) AND {table}.form <> 'access' AND ({table}.categories & ~(1 | (1::bigint << h.category))) = 0 OR h.receiver_id = (SELECT actor_institution()) AND h.accepted_in = (SELECT actor_transaction()) AND ({table}.categories & ~h.categories) = 0))",
                        into="consents_disclosure",
                        name="handovers_handover_discloses",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CooperationNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("uncooperative", "uncooperative behaviour"), ("missed", "missed appointments")],
                        max_length=13,
                        verbose_name="What happened",
                    ),
                ),
                (
                    "measure",
                    models.CharField(max_length=200, verbose_name="In which measure or clarification of the IV"),
                ),
                ("text", models.TextField(verbose_name="What happened, and when")),
                ("language", models.CharField(max_length=2)),
                ("given_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cooperation_notices",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="institutions.institution"
                    ),
                ),
                (
                    "giver_staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="appointments.appointment"
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="institutions.institution"
                    ),
                ),
                (
                    "receiver_staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="appointments.appointment"
                    ),
                ),
            ],
            options={
                "verbose_name": "notice on cooperation",
                "verbose_name_plural": "notices on cooperation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("giver", models.F("receiver")), _negated=True),
                        name="cooperation_notice_to_another",
                        violation_error_message="Choose an institution other than your own.",
                    ),
                    suone.ground.access.row_policies.RowPolicies(
                        insert="((SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.institution_id = (SELECT actor_institution()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0) OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = {table}.dossier_id AND g.staff_id = (SELECT actor_staff()) AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= 2 OFFSET 0)))) AND ((SELECT actor_kind()) = 'staff' AND {table}.giver_staff_id = (SELECT actor_staff())) AND ((SELECT actor_kind()) = 'staff' AND {table}.giver_id = (SELECT actor_institution()))",
                        name="handovers_cooperationnotice_row_policies",
                        select="(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND {table}.giver_staff_id = (SELECT actor_staff())) OR ((SELECT actor_kind()) = 'staff' AND {table}.receiver_staff_id = (SELECT actor_staff())) OR (((SELECT actor_kind()) = 'staff' AND {table}.receiver_id = (SELECT actor_institution())) AND (EXISTS (SELECT 1 FROM cases_participant p WHERE p.dossier_id = {table}.dossier_id AND p.institution_id = {table}.receiver_id AND p.state = 'taking_part' AND p.staff_id = (SELECT actor_staff())) OR EXISTS (SELECT 1 FROM cases_assignment s WHERE s.dossier_id = {table}.dossier_id AND s.function = 'lead' AND s.valid_until IS NULL AND s.staff_id = (SELECT actor_staff()))))",
                    ),
                    suone.ground.access.row_policies.Stamp(
                        at="given_at", institution="giver", name="cooperation_notice_given", staff="giver_staff"
                    ),
                ],
            },
        ),
        sql_file(__file__, "handovers.sql"),
        sql_file(__file__, "acts.sql"),
    ]
