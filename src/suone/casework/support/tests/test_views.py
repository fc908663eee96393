"""Pages: pages for whoever may, findings for the officer alone, forms that keep what was typed."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suone.canton.procedures.tests.factories import published
from suone.casework.cases.models import Case
from suone.casework.leading import services as cases
from suone.casework.leading.tests.factories import do
from suone.casework.support import services
from suone.casework.support.models import Service, ServiceText
from suone.casework.support.queries import services_of
from suone.casework.support.rules import Kind, Part, State
from suone.casework.support.tests.factories import REPORT, order, reported, tandem
from suone.ground.access.categories import DataCategory
from suone.ground.audit.models import Entry
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import Cast
from suone.records.workitems.services import add_work_item


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return client_of(cast.coordinator)


@pytest.fixture
def physician(cast: Cast) -> Client:
    return client_of(cast.physician)


def page_of(service: Service) -> str:
    return f"/dossiers/{service.dossier_id}/services/{service.pk}"


def typed_report(**changes: Any) -> dict[str, Any]:
    usual = {
        "findings": REPORT.findings,
        "consequences": REPORT.consequences,
        "restrictions": REPORT.restrictions,
        "capacity_percent": 100,
    }
    return usual | changes


def test_every_kind_is_offered_with_its_sentence(coordinator: Client, active: Case) -> None:
    page = coordinator.get(f"/dossiers/{active.pk}/services/order")

    text = page.content.decode()
    assert page.status_code == 200
    for kind in Kind:
        assert f"/services/order/{kind.value}" in text
    assert "partners read only the consequences" in text
    assert "foreseen in this phase" not in text  # the case follows no procedure


def test_what_the_phase_foresees_is_offered_first(cast: Cast, coordinator: Client, active: Case) -> None:
    do(
        cast.coordinator,
        cases.move_case_over,
        case=active,
        version=published("vs-complex"),
        phase="implementation",
        reason="new",
    )

    text = coordinator.get(f"/dossiers/{active.pk}/services/order").content.decode()

    assert text.count("foreseen in this phase") == 3
    assert text.index("/order/coaching") < text.index("/order/round_table")


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_ordered_by_its_own_form(cast: Cast, coordinator: Client, active: Case, kind: Kind) -> None:
    address = f"/dossiers/{active.pk}/services/order/{kind.value}"
    text = coordinator.get(address).content.decode()
    typed: dict[str, Any] = {"staff": cast.coordinator.pk, "question": "What can she do?", "category": 1}
    if kind is Kind.COACHING:
        typed |= {"variant": "tandem", "staff": cast.adviser.pk, "second": cast.worker.pk}
    if kind is Kind.MEDICAL_MANDATE:
        typed |= {"staff": cast.physician.pk, "category": DataCategory.HEALTH.value}

    answer = coordinator.post(address, typed)

    service = Service.objects.get()
    assert ('name="variant"' in text) == (kind is Kind.COACHING)
    assert (service.kind, answer.headers["Location"]) == (kind, page_of(service))


def test_a_refused_order_keeps_what_was_typed(cast: Cast, coordinator: Client, active: Case) -> None:
    answer = coordinator.post(
        f"/dossiers/{active.pk}/services/order/coaching",
        {"variant": "tandem", "staff": cast.adviser.pk, "question": "Which work?", "category": 1},
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Name both sides of the coaching" in text
    assert "Which work?" in text
    assert not Service.objects.exists()


def test_an_unknown_kind_does_not_exist(coordinator: Client, active: Case) -> None:
    assert coordinator.get(f"/dossiers/{active.pk}/services/order/massage").status_code == 404


def test_the_page_of_a_service_says_what_it_is_who_does_it_and_what_is_to_be_done(
    cast: Cast, coordinator: Client, active: Case
) -> None:
    service = tandem(cast, active)

    text = coordinator.get(page_of(service)).content.decode()

    for words in ("Ada Adviser", "Ada Worker", "tandem", "Draw up the integration plan in the tandem", "Begin"):
        assert words in text
    assert Entry.objects.filter(act="service.read", object_type="service", object_id=service.pk).count() == 1


def test_a_service_begins_and_is_completed_with_its_outcome(cast: Cast, coordinator: Client, active: Case) -> None:
    service = tandem(cast, active)

    coordinator.post(f"{page_of(service)}/start")
    lacking = coordinator.post(f"{page_of(service)}/complete", {"result": "Works again", "category": 1})
    coordinator.post(
        f"{page_of(service)}/complete", {"result": "Works again", "category": 1, "outcome": "reintegrated"}
    )

    service.refresh_from_db()
    assert lacking.status_code == 422
    assert (service.state, service.outcome, service.started_on) == (
        State.COMPLETED,
        "reintegrated",
        timezone.localdate(),
    )
    assert "Works again" in coordinator.get(page_of(service)).content.decode()


def test_a_second_completion_answers_with_both_results(cast: Cast, coordinator: Client, active: Case) -> None:
    service = order(cast, active, Kind.ROUND_TABLE)
    do(cast.coordinator, services.complete_service, service=service, result="First")

    answer = coordinator.post(f"{page_of(service)}/complete", {"result": "Second", "category": 1})

    assert answer.status_code == 409
    assert "First" in answer.content.decode()
    assert "Second" in answer.content.decode()


def test_a_service_is_cancelled_with_its_reason(cast: Cast, coordinator: Client, active: Case) -> None:
    service = order(cast, active, Kind.ROUND_TABLE)

    assert coordinator.post(f"{page_of(service)}/cancel", {"reason": ""}).status_code == 422
    coordinator.post(f"{page_of(service)}/cancel", {"reason": "The person moves away"})

    service.refresh_from_db()
    assert service.state == State.CANCELLED
    assert "The person moves away" in coordinator.get(page_of(service)).content.decode()


def test_the_officer_sees_the_question_and_writes_the_report(cast: Cast, physician: Client, active: Case) -> None:
    service = order(cast, active, Kind.MEDICAL_MANDATE)

    assert "Write the report" in physician.get(page_of(service)).content.decode()
    assert "Can she work more than 25 per cent?" in physician.get(f"{page_of(service)}/report").content.decode()
    answer = physician.post(f"{page_of(service)}/report", typed_report())

    assert answer.headers["Location"] == page_of(service)
    assert ServiceText.objects.filter(part=Part.FINDINGS).count() == 1
    assert REPORT.findings in physician.get(page_of(service)).content.decode()


def test_a_report_without_consequences_is_not_taken(cast: Cast, physician: Client, active: Case) -> None:
    service = order(cast, active, Kind.MEDICAL_MANDATE)

    answer = physician.post(f"{page_of(service)}/report", typed_report(consequences=""))

    assert answer.status_code == 422
    assert REPORT.findings in answer.content.decode()
    assert not ServiceText.objects.filter(part=Part.FINDINGS).exists()


def test_lead_and_partner_read_the_consequences_and_never_the_findings(cast: Cast, active: Case) -> None:
    service = reported(cast, active)

    for staff in (cast.coordinator, cast.worker, cast.adviser):
        text = client_of(staff).get(page_of(service)).content.decode()
        assert REPORT.consequences in text
        assert REPORT.restrictions in text
        assert REPORT.findings not in text
        assert "health compartment" in text


def test_who_may_not_report_finds_no_form(cast: Cast, active: Case, coordinator: Client) -> None:
    service = order(cast, active, Kind.MEDICAL_MANDATE)

    assert coordinator.get(f"{page_of(service)}/report").status_code == 403
    assert "Write the report" not in coordinator.get(page_of(service)).content.decode()


def test_the_lead_renews_the_officers_access(cast: Cast, active: Case) -> None:
    from suone.casework.support.tests.factories import officer_named
    from suone.records.consents.models import Consent
    from suone.records.consents.tests.factories import line, sign

    service = order(cast, active, Kind.MEDICAL_MANDATE)
    consent = Consent.objects.get(dossier_id=active.pk)
    do(cast.worker, withdraw_consent, consent=consent)
    worker = client_of(cast.worker)
    assert "Renew under the valid consent" not in worker.get(page_of(service)).content.decode()
    sign(cast.worker, active.dossier, line(cast.coordinator), officer_named(cast))
    assert "Renew under the valid consent" in worker.get(page_of(service)).content.decode()

    worker.post(f"{page_of(service)}/access")

    assert client_of(cast.physician).get(page_of(service)).status_code == 200
    assert "Renew under the valid consent" not in worker.get(page_of(service)).content.decode()


@pytest.mark.parametrize("page", ["order", "order/round_table", "{service}", "{service}/complete", "{service}/cancel"])
def test_an_outsider_finds_nothing(cast: Cast, active: Case, page: str) -> None:
    service = order(cast, active, Kind.ROUND_TABLE)
    address = f"/dossiers/{active.pk}/services/{page.format(service=service.pk)}"

    assert client_of(cast.stranger).get(address).status_code == 404
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("act", ["start", "access"])
def test_an_act_shows_nothing_by_its_address_alone(cast: Cast, coordinator: Client, active: Case, act: str) -> None:
    service = order(cast, active, Kind.MEDICAL_MANDATE)

    assert coordinator.get(f"{page_of(service)}/{act}").headers["Location"] == page_of(service)


def test_the_case_page_is_handed_its_services_open_ones_first(cast: Cast, active: Case) -> None:
    first, second = order(cast, active, Kind.ROUND_TABLE), order(cast, active, Kind.ASSESSMENT)
    do(cast.coordinator, services.complete_service, service=second, result="done")

    assert services_of(acting(cast.coordinator), active.dossier) == [first, second]
    assert services_of(acting(cast.stranger), active.dossier) == []


def queries(client: Client, path: str) -> int:
    client.get(path)  # what is cached once for all is no matter here
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_a_page_with_thirty_work_items_asks_no_more_than_one_with_three(
    cast: Cast, coordinator: Client, active: Case
) -> None:
    service = reported(cast, active)

    def set_items(count: int) -> None:
        for _item in range(count):
            do(
                cast.coordinator,
                add_work_item,
                dossier=active.dossier,
                title="Call",
                due_on=timezone.localdate(),
                addressed_id=cast.worker.institution_id,
                assigned=cast.worker,
                about=("service", service.pk),
            )

    set_items(3)
    few = queries(coordinator, page_of(service))
    set_items(27)

    assert queries(coordinator, page_of(service)) <= few <= 26


def test_a_list_of_thirty_services_asks_once(cast: Cast, active: Case) -> None:
    for _service in range(30):
        order(cast, active, Kind.ROUND_TABLE)

    with CaptureQueriesContext(connection) as asked:
        for service in services_of(acting(cast.coordinator), active.dossier):
            assert service.institution.short_name
            assert service.staff.full_name

    assert len(asked) <= 2  # one of them finds who acts
