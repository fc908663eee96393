import suone.access.row_policies
from django.db import migrations

from suone.access.sql_files import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("handovers", "0003_an_end_closes_everything"),
        ("dossiers", "0010_acts"),
        ("consents", "0002_acts"),
        ("cases", "0008_what_has_ended_stays"),
    ]

    operations = [
        sql_file(__file__, "acts.sql"),
        migrations.AddConstraint(
            model_name="handover",
            constraint=suone.access.row_policies.Stamp(
                at="proposed_on", institution="sender", name="handover_proposed", staff="sender_staff"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=suone.access.row_policies.Stamp(at="sender_left_at", name="handover_sender_left"),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=suone.access.row_policies.LinesBelow(
                condition="EXISTS (SELECT 1 FROM handovers_handover h WHERE h.dossier_id = {table}.dossier_id AND h.sender_id = {table}.giver_id AND h.sender_staff_id = {table}.giver_staff_id AND h.receiver_id = {table}.recipient_id AND h.basis = {table}.basis AND h.consent_id IS NOT DISTINCT FROM {table}.consent_id AND (h.sender_staff_id = (SELECT actor_staff()) AND {table}.form <> 'access' AND ({table}.categories & ~(1 | (1::bigint << h.category))) = 0 OR h.receiver_id = (SELECT actor_institution()) AND h.accepted_at >= now() AND ({table}.categories & ~h.categories) = 0))",
                into="consents_disclosure",
                name="handovers_handover_discloses",
            ),
        ),
    ]
