"""A withdrawal may close the case to whoever is named in it: whoever leads the case is notified, once."""

from suone.casework.cases.services import answer_participation, name_lead
from suone.casework.leading.tests.factories import activate, ask, do
from suone.records.consents.models import Consent
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import WORK, Cast, line
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
