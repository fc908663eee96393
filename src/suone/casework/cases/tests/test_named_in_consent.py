"""Whom a consent names is not typed again: one page asks all of them to take part."""

import re

from django.test import Client

from suone.casework.cases import services
from suone.casework.cases.models import Case, Participant, ParticipantState
from suone.casework.cases.named_in_consent import named_and_not_asked
from suone.casework.cases.services import default_answer_day
from suone.casework.leading.tests.factories import ask, do
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.tests.factories import acting, client_of, make_staff
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import Cast, line, sign


def named(cast: Cast, case: Case) -> list[tuple[str, str]]:
    with acting_as(acting(cast.coordinator)):
        found = named_and_not_asked(acting(cast.coordinator), case)
    return [(one.institution.code, one.staff.last_name if one.staff else "") for one in found]


def test_one_click_asks_all_whom_the_consent_names(cast: Cast, coordinator: Client, active: Case) -> None:
    sign(cast.coordinator, active.dossier, line(cast.adviser), line(cast.physician, named=True))
    path = f"/dossiers/{active.pk}/participants"

    page = coordinator.get(path).content.decode()
    ticked = re.findall(r'name="named" value="(\d+)"[^>]* checked', page)
    day = re.search(r'name="due_on" value="([\d-]+)"', page)
    assert day
    sent = coordinator.post(path, {"named": ticked, "due_on": day[1]})

    assert sent.status_code == 302
    assert ticked == [str(cast.physician.institution_id), str(cast.adviser.institution_id)]
    asked = Participant.objects.filter(dossier=active.dossier, state=ParticipantState.ASKED).order_by("pk")
    # Whom the consent names alone is asked alone; the other request goes to the institution.
    assert [(one.institution_id, one.decision and one.decision.addressed_staff_id) for one in asked] == [
        (cast.physician.institution_id, cast.physician.pk),
        (cast.adviser.institution_id, None),
    ]
    assert Entry.objects.filter(act="case.participant_asked").count() == 2
    assert named(cast, active) == []


def test_only_a_valid_consent_proposes_somebody_and_nobody_is_proposed_twice(cast: Cast, active: Case) -> None:
    assert named(cast, active) == []  # the consent of the notification names the office alone
    consent = sign(cast.coordinator, active.dossier, line(cast.adviser), line(cast.stranger))
    assert named(cast, active) == [("AFAW", ""), ("RAV", "")]

    decision = ask(cast, active, cast.adviser)
    assert named(cast, active) == [("AFAW", "")]
    do(cast.adviser, services.answer_participation, decision=decision, accept=False, reason="Not ours")
    assert named(cast, active) == [("AFAW", "")]  # whoever declined is asked again only on purpose

    do(cast.coordinator, withdraw_consent, consent=consent)
    assert named(cast, active) == []


def test_two_people_of_an_institution_are_asked_through_it(cast: Cast, active: Case) -> None:
    colleague = make_staff(cast.adviser.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")

    sign(cast.coordinator, active.dossier, line(cast.adviser, named=True), line(colleague, named=True))

    assert named(cast, active) == [("RAV", "")]


def test_asking_nobody_is_refused_and_another_institution_is_asked_beside_them(
    cast: Cast, coordinator: Client, active: Case
) -> None:
    sign(cast.coordinator, active.dossier, line(cast.adviser))
    path, day = f"/dossiers/{active.pk}/participants", default_answer_day(acting(cast.coordinator)).isoformat()

    nobody = coordinator.post(path, {"due_on": day})
    both = coordinator.post(
        path, {"due_on": day, "named": cast.adviser.institution_id, "institution": cast.stranger.institution_id}
    )

    assert nobody.status_code == 422
    assert "Choose at least one institution" in nobody.content.decode()
    assert both.status_code == 302
    asked = Participant.objects.filter(dossier=active.dossier, state=ParticipantState.ASKED)
    assert {one.institution_id for one in asked} == {cast.adviser.institution_id, cast.stranger.institution_id}


def test_a_link_for_one_institution_proposes_it_alone(cast: Cast, coordinator: Client, active: Case) -> None:
    sign(cast.coordinator, active.dossier, line(cast.adviser), line(cast.stranger))

    page = coordinator.get(f"/dossiers/{active.pk}/participants?institution={cast.stranger.institution_id}")

    ticked = re.findall(r'name="named" value="(\d+)"[^>]* checked', page.content.decode())
    assert ticked == [str(cast.stranger.institution_id)]


def test_a_request_is_answered_by_one_click_and_offers_those_who_follow_people(cast: Cast, active: Case) -> None:
    decision = ask(cast, active, cast.adviser)
    physician = make_staff(cast.adviser.institution, Role.MEDICAL_OFFICER, last_name="Doctor")
    head = make_staff(cast.adviser.institution, Role.STEERING, last_name="Head")
    follower = make_staff(cast.adviser.institution, Role.CASE_MANAGER, last_name="Manager")
    client = client_of(cast.adviser)

    page = client.get(f"/requests/{decision.pk}").content.decode()

    offered = set(map(int, re.findall(r'<option value="(\d+)"', page)))
    assert offered == {cast.adviser.pk, follower.pk}
    assert not offered & {physician.pk, head.pk}
    assert re.search(r'<button[^>]* name="answer" value="accept"', page)
    assert client.post(f"/requests/{decision.pk}", {"answer": "accept", "staff": cast.adviser.pk}).status_code == 302


def test_a_physician_who_answers_may_follow_the_case_themselves(cast: Cast, active: Case) -> None:
    decision = ask(cast, active, cast.physician)

    page = client_of(cast.physician).get(f"/requests/{decision.pk}").content.decode()

    assert f'<option value="{cast.physician.pk}" selected' in page
