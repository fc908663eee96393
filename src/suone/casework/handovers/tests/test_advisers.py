"""Whom the person names to the IV: fields of their own, recorded by the IV alone, and read by whoever follows the person."""

import pytest
from django.db import IntegrityError, ProgrammingError

from suone.canton.procedures.facts import Fact
from suone.casework.handovers import services
from suone.casework.handovers.advisers import NamedAdviser, name_adviser, remove_adviser
from suone.casework.handovers.models import Adviser, Handover
from suone.casework.handovers.queries import advisers_of
from suone.casework.handovers.rules import Direction
from suone.casework.handovers.tests.factories import TO_IV, accept, case_of, propose
from suone.casework.leading.models import KnownFact
from suone.casework.leading.services import record_fact
from suone.casework.leading.tests.factories import do
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.organisation.institutions.kinds import InstitutionKind
from suone.organisation.institutions.models import Circle, Institution
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Event
from suone.records.workitems.models import WorkItem


@kept
def one(cast: Cast, coordinator_iv: Appointment) -> Handover:
    """The SMZ leads, the IV follows."""
    return accept(coordinator_iv, propose(cast, coordinator_iv, direction=Direction.REFERS, facts=TO_IV))


@kept
def two(cast: Cast, coordinator_iv: Appointment) -> Handover:
    """The IV leads, the SMZ follows."""
    return accept(cast.worker, propose(cast, cast.worker, by=coordinator_iv, direction=Direction.REFERS))


@pytest.fixture(params=["1", "2"])
def shared(request: pytest.FixtureRequest, one: Handover, two: Handover) -> Handover:
    return one if request.param == "1" else two


def name(by: Appointment, handover: Handover, workplace: Institution | None, **more: str) -> Adviser:
    named = NamedAdviser(
        name="Rita Salamin", workplace=workplace, phone="027 555 00 20", email="rita@example.org", **more
    )
    adviser: Adviser = do(by, name_adviser, case=case_of(handover), named=named)
    return adviser


def named_to(by: Appointment, handover: Handover) -> list[Adviser]:
    dossier = case_of(handover).dossier
    with acting_as(acting(by)):
        return advisers_of(acting(by), dossier)


def test_smz_iv_introduction_the_iv_records_several_advisers_whichever_side_it_is_on(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    first = name(coordinator_iv, shared, cast.adviser.institution)
    second = name(coordinator_iv, shared, None, workplace_text="Verein Kompass")

    assert named_to(coordinator_iv, shared) == named_to(cast.worker, shared) == [first, second]
    assert (first.of, first.phone, first.email) == (cast.adviser.institution.name, "027 555 00 20", "rita@example.org")
    assert second.of == "Verein Kompass"
    item = WorkItem.objects.get(dossier_id=shared.dossier_id, settled_by=Fact.ADVISERS_NAMED)
    assert item.state == "done"
    assert KnownFact.objects.filter(dossier_id=shared.dossier_id, fact=Fact.ADVISERS_NAMED).count() == 1
    entries = Entry.objects.filter(act="handover.adviser_named").order_by("pk")
    assert [(entry.object_id, entry.staff_id) for entry in entries] == [
        (first.pk, coordinator_iv.pk),
        (second.pk, coordinator_iv.pk),
    ]
    told = Event.objects.filter(act="handover.adviser_named").latest("pk")
    assert told.text == "Rita Salamin, Verein Kompass"


def test_what_the_lead_recorded_for_the_iv_before_leaves_its_item_to_it(
    cast: Cast, coordinator_iv: Appointment, one: Handover
) -> None:
    item = WorkItem.objects.get(dossier_id=one.dossier_id, settled_by=Fact.ADVISERS_NAMED)
    do(cast.worker, record_fact, case=case_of(one), fact=Fact.ADVISERS_NAMED, value=True, remark="told us by telephone")

    name(coordinator_iv, one, cast.adviser.institution)

    item.refresh_from_db()
    assert item.state == "done"


def test_smz_iv_introduction_nobody_but_the_iv_records_or_removes_them(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    adviser = name(coordinator_iv, shared, cast.adviser.institution)

    with pytest.raises(Refused, match="only the IV records"):
        name(cast.worker, shared, cast.adviser.institution)
    with pytest.raises(Refused, match="only the IV records"):
        do(cast.worker, remove_adviser, adviser=adviser)
    with pytest.raises(Refused, match="other than your own"):
        name(coordinator_iv, shared, coordinator_iv.institution)

    assert named_to(cast.adviser, shared) == named_to(cast.stranger, shared) == []
    assert named_to(cast.worker, shared) == [adviser]


def test_who_is_removed_is_gone_from_the_list_and_stays_in_the_log(
    cast: Cast, coordinator_iv: Appointment, one: Handover
) -> None:
    adviser = name(coordinator_iv, one, cast.adviser.institution)

    do(coordinator_iv, remove_adviser, adviser=adviser)

    assert named_to(coordinator_iv, one) == []
    adviser.refresh_from_db()
    assert adviser.removed_by == coordinator_iv
    assert Entry.objects.get(act="handover.adviser_removed").kind == "delete"
    with pytest.raises(Refused, match="already been removed"):
        do(coordinator_iv, remove_adviser, adviser=adviser)


def test_in_a_closed_case_nobody_is_named(cast: Cast, coordinator_iv: Appointment, two: Handover) -> None:
    do(coordinator_iv, services.stop_without_handover, case=case_of(two))

    with pytest.raises(Refused, match="reopen it first"):
        name(coordinator_iv, two, cast.adviser.institution)


def test_an_adviser_is_of_one_institution(cast: Cast, coordinator_iv: Appointment, one: Handover) -> None:
    with pytest.raises(IntegrityError, match="adviser_of_one_institution"):
        name(coordinator_iv, one, None)


def test_in_sql_too_nobody_but_an_iv_that_contributes_names_them(
    cast: Cast, coordinator_iv: Appointment, one: Handover
) -> None:
    row = {"dossier_id": one.dossier_id, "name": "X", "workplace_text": "Y"}

    for nobody in (cast.stranger, cast.worker):  # who does not follow the person, and who leads but is not the IV
        with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(nobody)):
            Adviser.objects.bulk_create([Adviser(institution=nobody.institution, staff=nobody, **row)])


def test_the_page_takes_them_one_by_one_and_the_case_shows_them_with_a_way_to_ask(
    cast: Cast, coordinator_iv: Appointment, one: Handover
) -> None:
    iv, smz, page = client_of(coordinator_iv), client_of(cast.worker), f"/dossiers/{one.dossier_id}/advisers"
    assert f'href="{page}"' in iv.get(f"/dossiers/{one.dossier_id}/").content.decode()
    workplace = cast.adviser.institution_id
    typed = {"name": "Thomas Pfammatter", "workplace": workplace, "phone": "027 555 00 21"}
    for wrong in ({"workplace": ""}, {"workplace_text": "Verein"}, {"name": ""}):
        assert iv.post(page, typed | wrong).status_code == 422
    assert smz.post(page, typed).status_code == 422

    assert iv.post(page, typed).headers["Location"] == page

    asks = f"/dossiers/{one.dossier_id}/participants?institution={workplace}"
    shown, of_lead = (client.get(f"/dossiers/{one.dossier_id}/").content.decode() for client in (iv, smz))
    assert "Thomas Pfammatter" in shown
    assert (f'href="{page}"' in shown, f'href="{page}"' in of_lead) == (True, False)  # to the page, for the IV alone
    assert asks not in shown
    assert asks in of_lead
    nobody = f'href="/dossiers/{one.dossier_id}/course/facts/advisers_named"'
    assert nobody not in iv.get(page).content.decode()  # somebody is named
    assert nobody not in smz.get(page).content.decode()
    drop = f"{page}/{Adviser.objects.get().pk}/remove"
    assert iv.get(drop).headers["Location"] == page
    assert client_of(cast.stranger).post(drop).status_code == 404
    assert iv.post(drop).status_code == 302
    assert "Thomas Pfammatter" not in iv.get(page).content.decode()
    assert nobody in iv.get(page).content.decode()


@pytest.mark.parametrize(
    "what",
    [
        {"kind": InstitutionKind.PSYCHIATRY},
        {"kind": InstitutionKind.CHILD_AND_YOUTH},
        {"kind": InstitutionKind.COORDINATION_OFFICE},
        {"circle": Circle.PRIVATE},
    ],
)
def test_who_treats_somebody_or_follows_nobody_is_not_offered(
    cast: Cast, coordinator_iv: Appointment, one: Handover, what: dict[str, str]
) -> None:
    Institution.objects.filter(pk=cast.stranger.institution_id).update(**what)

    page = client_of(coordinator_iv).get(f"/dossiers/{one.dossier_id}/advisers").content.decode()

    assert f'<option value="{cast.adviser.institution_id}">' in page
    assert f'<option value="{cast.stranger.institution_id}">' not in page
    assert f'<option value="{coordinator_iv.institution_id}">' not in page
    assert f'<option value="{cast.coordinator.institution_id}">' not in page
