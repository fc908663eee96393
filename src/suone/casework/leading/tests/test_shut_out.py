"""The end of a consent may close the case to whoever is named in it: whoever leads or notified the case is notified, once.

By a withdrawal, a death, or its last day."""

import pytest
from django.db import connection

from suone.casework.cases.models import Case
from suone.casework.cases.services import answer_participation, name_lead
from suone.casework.leading.services import close_after_death
from suone.casework.leading.tests.factories import activate, ask, do
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.records.consents.models import Consent, ConsentRecipient
from suone.records.consents.services import narrow_consent, warn_and_expire, withdraw_consent
from suone.records.consents.tests.factories import WORK, Cast, line, sign
from suone.records.inbox.models import Message


def recipients_of(act: str) -> list[str]:
    return sorted(Message.objects.filter(act=act).values_list("staff__last_name", flat=True))


def test_a_lead_who_can_no_longer_open_the_case_is_notified(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser, WORK))
    do(cast.worker, name_lead, case=case, staff=cast.coordinator)

    do(cast.adviser, withdraw_consent, consent=Consent.objects.get(dossier=case.pk))

    assert recipients_of("consent.lead_shut_out") == ["Coordinator"]
    assert recipients_of("consent.partner_shut_out") == []
    assert recipients_of("consent.notifier_informed") == ["Worker"]


def test_a_lead_who_is_also_the_notifier_is_notified_once(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser, WORK))
    do(cast.adviser, answer_participation, decision=ask(cast, case, cast.adviser), accept=True, staff=cast.adviser)
    do(cast.coordinator, name_lead, case=case, staff=cast.worker)

    do(cast.adviser, withdraw_consent, consent=Consent.objects.get(dossier=case.pk))

    assert recipients_of("consent.partner_shut_out") == ["Worker"]
    assert recipients_of("consent.notifier_informed") == []


def partner_and_lead(cast: Cast) -> Case:
    """The adviser takes part on the consent, the coordinator leads, the worker notified the case."""
    case = activate(cast, line(cast.adviser, WORK))
    do(cast.adviser, answer_participation, decision=ask(cast, case, cast.adviser), accept=True, staff=cast.adviser)
    return case


def run_out(consent: Consent) -> tuple[int, int]:
    """As if this consent had been signed long ago, and the job of the day ran."""
    with connection.cursor() as cursor:
        for table, which in (("consents_consent", "id"), ("dossiers_grant", "because = 'consent' AND because_id")):
            cursor.execute(
                f"UPDATE {table} SET valid_from = valid_from - interval '400 days',"
                f" valid_until = valid_until - interval '400 days' WHERE {which} = %s",
                [consent.pk],
            )
    job = acting_for_job("a test")
    with acting_as(job):
        return warn_and_expire(job)


@pytest.mark.parametrize("by", ["coordinator", "worker"])
def test_a_death_that_closes_the_case_to_a_partner_reaches_lead_and_notifier(cast: Cast, by: str) -> None:
    case = partner_and_lead(cast)
    do(cast.coordinator, name_lead, case=case, staff=cast.worker)

    do(getattr(cast, by), close_after_death, case=case)

    assert recipients_of("consent.partner_shut_out") == ([] if by == "worker" else ["Worker"])  # one's own act is known
    assert recipients_of("consent.notifier_informed") == []


def test_a_death_that_closes_the_case_to_its_lead_reaches_the_lead_and_the_notifier(cast: Cast) -> None:
    case = partner_and_lead(cast)

    do(cast.worker, close_after_death, case=case)

    assert recipients_of("consent.lead_shut_out") == ["Coordinator"]
    assert recipients_of("consent.notifier_informed") == []  # the worker recorded it


def test_a_consent_that_runs_out_reaches_lead_and_notifier_once(cast: Cast) -> None:
    case = partner_and_lead(cast)

    consent = Consent.objects.get(dossier=case.pk)
    assert [run_out(consent), run_out(consent)] == [(0, 1), (0, 0)]

    assert recipients_of("consent.lead_shut_out") == ["Coordinator"]
    assert recipients_of("consent.notifier_informed") == ["Worker"]


def test_a_lead_who_can_still_open_it_learns_that_a_partner_no_longer_can(cast: Cast) -> None:
    case = partner_and_lead(cast)
    do(cast.coordinator, name_lead, case=case, staff=cast.worker)

    run_out(Consent.objects.get(dossier=case.pk))

    assert recipients_of("consent.partner_shut_out") == ["Worker"]
    assert recipients_of("consent.lead_shut_out") == recipients_of("consent.notifier_informed") == []


def test_nobody_is_notified_where_another_consent_still_opens_the_case(cast: Cast) -> None:
    case = partner_and_lead(cast)
    first = Consent.objects.get(dossier=case.pk)
    sign(cast.worker, case.dossier, line(cast.adviser, WORK), line(cast.coordinator, WORK), renews=first)

    assert run_out(first) == (0, 1)

    acts = ["consent.lead_shut_out", "consent.partner_shut_out", "consent.notifier_informed"]
    assert not Message.objects.filter(act__in=acts).exists()


def test_whoever_the_person_had_taken_off_the_consent_before_is_not_missed_again(cast: Cast) -> None:
    case = partner_and_lead(cast)
    do(cast.coordinator, name_lead, case=case, staff=cast.worker)
    for recipient in ConsentRecipient.objects.filter(consent__dossier=case.pk):
        do(cast.worker, narrow_consent, recipient=recipient, categories=0)
    before = Message.objects.filter(act="consent.partner_shut_out").count()

    run_out(Consent.objects.get(dossier=case.pk))

    assert Message.objects.filter(act="consent.partner_shut_out").count() == before
