"""What was handed over on a consent reaches no further than the consent, and ends with it, unless the receiver leads the case."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from suone.casework.cases.services import name_lead
from suone.casework.handovers import services
from suone.casework.handovers.models import Handover
from suone.casework.handovers.queries import categories_passing
from suone.casework.handovers.rules import LEAST, Direction
from suone.casework.handovers.tests.factories import accept, case_of, proposal, propose
from suone.casework.handovers.tests.test_hand_over import powers
from suone.casework.leading.tests.factories import do
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, make_staff
from suone.records.consents.drift import find_drift
from suone.records.consents.models import Consent
from suone.records.consents.services import narrow_consent, withdraw_consent
from suone.records.consents.tests.factories import WORK, Cast, line, sign
from suone.records.dossiers.models import Dossier, Grant
from suone.records.dossiers.services import end_of
from suone.records.inbox.models import Message

DAYS = 30
NO_ADMINISTRATION = LEAST & ~DataCategory.ADMINISTRATIVE.bit


def asked_on_consent(cast: Cast) -> Handover:
    """Asked for good on a consent of some days that names the receiver."""
    first = propose(cast, direction=Direction.REFERS)
    do(cast.worker, services.withdraw_handover, handover=first)
    until = timezone.localdate() + timedelta(days=DAYS)
    sign(cast.worker, Dossier.objects.get(pk=first.dossier_id), line(cast.adviser, WORK), valid_until=until)
    do(cast.worker, name_lead, case=case_of(first), staff=cast.worker)
    handover: Handover = do(
        cast.worker, services.propose_handover, case=case_of(first), proposal=proposal(cast.worker, cast.adviser)
    )
    return handover


def handed_over(cast: Cast) -> Handover:
    return accept(cast.adviser, asked_on_consent(cast))


def lead_passes(cast: Cast, handover: Handover, to: Appointment) -> None:
    do(cast.adviser, name_lead, case=case_of(handover), staff=to)


def consent_of(handover: Handover) -> Consent:
    return Consent.objects.get(dossier=handover.dossier_id)


def withdrawn(by: Appointment, handover: Handover) -> None:
    do(by, withdraw_consent, consent=consent_of(handover))


def narrowed(by: Appointment, handover: Handover, categories: int) -> None:
    recipient = consent_of(handover).recipients.get(institution=handover.receiver_id)
    do(by, narrow_consent, recipient=recipient, categories=categories)


def grant_of(handover: Handover) -> Grant:
    """The one in force of the receiver, by the hand-over."""
    grants = Grant.objects.filter(because="hand_over", because_id=handover.pk, institution=handover.receiver_id)
    return grants.get(valid_until__gt=timezone.now())


def let_days_pass(handover: Handover, days: int) -> None:
    """As if everything in this case had happened so many days ago."""
    columns = {
        "consents_consent": ("valid_from", "valid_until"),
        "cases_assignment": ("valid_from", "valid_until"),
        "handovers_handover": ("accepted_at", "sender_until"),
        "dossiers_grant": ("valid_from", "valid_until"),
        "dossiers_dossier": ("opened_at", "handed_over_at"),
    }
    with connection.cursor() as cursor:
        for table, names in columns.items():
            moved = ", ".join(
                f"{name} = CASE WHEN {name} < '9999-01-01' THEN {name} - %(by)s ELSE {name} END" for name in names
            )
            where = "id" if table == "dossiers_dossier" else "dossier_id"
            cursor.execute(
                f"UPDATE {table} SET {moved} WHERE {where} = %(case)s",
                {"by": timedelta(days=days), "case": handover.dossier_id},
            )


def test_whoever_took_the_lead_keeps_the_case_when_the_consent_is_withdrawn(cast: Cast) -> None:
    handover = handed_over(cast)

    withdrawn(cast.worker, handover)

    assert powers(handover)["RAV"] == (Power.LEAD, handover.categories)
    assert not Message.objects.filter(act__endswith="shut_out").exists()
    lead_passes(cast, handover, cast.coordinator)
    assert powers(handover)["RAV"] == (Power.LEAD, handover.categories)  # it was their own file when it was withdrawn
    assert find_drift() == []


def test_what_was_handed_over_on_a_consent_closes_with_it_where_somebody_else_leads(cast: Cast) -> None:
    handover = handed_over(cast)
    lead_passes(cast, handover, cast.coordinator)

    withdrawn(cast.adviser, handover)

    assert "RAV" not in powers(handover)
    assert find_drift() == []
    messages = Message.objects.filter(act__in=["consent.partner_shut_out", "consent.notifier_informed"])
    assert sorted(messages.values_list("staff__last_name", "act")) == [
        ("Coordinator", "consent.partner_shut_out"),
        ("Worker", "consent.notifier_informed"),
    ]


def test_without_the_lead_it_lasts_as_long_as_the_consent_and_with_the_lead_for_good(cast: Cast) -> None:
    handover = handed_over(cast)
    assert grant_of(handover).valid_until.year == 9999
    last_day = consent_of(handover).valid_until

    lead_passes(cast, handover, cast.coordinator)

    assert grant_of(handover).valid_until == end_of(last_day)
    assert find_drift() == []
    entry = Entry.objects.filter(act="grant.opened", object_type="hand_over").latest("pk")
    assert (entry.dossier_id, entry.object_id, entry.recipients) == (
        handover.dossier_id,
        handover.pk,
        [handover.receiver_id],
    )

    lead_passes(cast, handover, cast.adviser)

    assert grant_of(handover).valid_until.year == 9999
    assert find_drift() == []


def test_a_consent_that_has_run_out_closes_what_was_handed_over_on_it(cast: Cast) -> None:
    handover = handed_over(cast)
    lead_passes(cast, handover, cast.coordinator)

    let_days_pass(handover, DAYS + 2)

    assert "RAV" not in powers(handover)
    assert find_drift() == []


def test_it_leaves_the_case_to_whoever_leads_it_then(cast: Cast) -> None:
    handover = handed_over(cast)

    let_days_pass(handover, DAYS + 2)

    assert powers(handover)["RAV"] == (Power.LEAD, handover.categories)
    assert find_drift() == []


def test_a_colleague_who_follows_in_the_lead_changes_nothing(cast: Cast) -> None:
    handover = handed_over(cast)
    entries = Entry.objects.filter(act__startswith="grant.").count()
    colleague = make_staff(cast.adviser.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")

    lead_passes(cast, handover, colleague)

    assert grant_of(handover).valid_until.year == 9999
    assert Entry.objects.filter(act__startswith="grant.").count() == entries


def test_narrowing_the_consent_narrows_what_was_handed_over_even_for_the_lead(cast: Cast) -> None:
    handover = handed_over(cast)

    narrowed(cast.worker, handover, NO_ADMINISTRATION)

    assert powers(handover)["RAV"] == (Power.LEAD, NO_ADMINISTRATION)
    assert find_drift() == []


def test_a_lead_whom_the_person_leaves_nothing_is_notified_that_the_case_is_closed(cast: Cast) -> None:
    handover = handed_over(cast)

    narrowed(cast.worker, handover, 0)

    assert "RAV" not in powers(handover)
    messages = Message.objects.filter(act="consent.lead_shut_out")
    assert list(messages.values_list("staff__last_name", flat=True)) == ["Adviser"]


def test_nobody_accepts_on_a_consent_that_is_over(cast: Cast) -> None:
    handover = asked_on_consent(cast)
    withdrawn(cast.worker, handover)

    with pytest.raises(Refused, match="consent behind this is over"):
        accept(cast.adviser, handover)

    handover.refresh_from_db()
    assert (handover.accepted_at, handover.decision.state) == (None, "pending")


@pytest.mark.parametrize("names", ["another institution", "the colleague alone"])
def test_a_consent_that_does_not_name_the_receiver_opens_nothing(cast: Cast, names: str) -> None:
    """Whoever leads and goes past the services: the database asks for the receiver's own line of the consent."""
    handover = asked_on_consent(cast)
    dossier = Dossier.objects.get(pk=handover.dossier_id)
    whom = line(cast.stranger, WORK) if names == "another institution" else line(cast.adviser, WORK, named=True)
    other = sign(cast.worker, dossier, whom)
    do(cast.worker, services.withdraw_handover, handover=handover)
    asked = do(
        cast.worker, services.propose_handover, case=case_of(handover), proposal=proposal(cast.worker, cast.adviser)
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE handovers_handover SET consent_id = %s WHERE id = %s", [other.pk, asked.pk])

    with pytest.raises(Refused, match="consent behind this is over"):
        accept(cast.adviser, asked)


def test_what_passes_is_shown_as_the_consent_says_now(cast: Cast) -> None:
    handover = asked_on_consent(cast)
    narrowed(cast.worker, handover, NO_ADMINISTRATION)
    who = acting(cast.adviser)

    with acting_as(who):
        shown = categories_passing(who, handover)

    assert shown == [DataCategory.IDENTITY, DataCategory.EMPLOYMENT]
