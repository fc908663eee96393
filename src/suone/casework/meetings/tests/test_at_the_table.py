"""Whom an invitation proposes by name, and which parties were missing when the meeting was held."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.casework.cases import services as cases
from suone.casework.cases.models import Case
from suone.casework.leading.queries import known_facts
from suone.casework.leading.tests.factories import ask, do
from suone.casework.meetings import queries
from suone.casework.meetings.at_the_table import people_by_name, proposed_people
from suone.casework.meetings.models import Invitee, Meeting
from suone.casework.meetings.rules import Kind, Party, PersonPart, Presence
from suone.casework.meetings.services import minutes
from suone.casework.meetings.services.convening import Seat, invite
from suone.casework.meetings.tests.factories import convene, fresh
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment, ContactPerson
from suone.organisation.appointments.tests.factories import client_of, make_institution, make_staff
from suone.organisation.institutions.models import Institution, Region
from suone.records.consents.models import DisclosureForm
from suone.records.consents.services import keep_disclosure
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Dossier


def contact_at(staff: Appointment, region: Region) -> Appointment:
    """A colleague who is the contact person in this region."""
    contact = make_staff(
        staff.institution, Role.CONTACT_PERSON, last_name=f"Contact{staff.last_name}{region.code.title()}"
    )
    ContactPerson.objects.filter(institution=staff.institution, region=None).delete()
    ContactPerson.objects.create(institution=staff.institution, region=region, staff=contact)
    return contact


@kept
def contacts(cast: Cast, case: Case) -> dict[str, Appointment]:
    """Contact persons here and in another region; the adviser's institution takes part, the stranger's does not."""
    decision = ask(cast, case, cast.adviser)
    do(cast.adviser, cases.answer_participation, decision=decision, accept=True)
    elsewhere = Region.objects.create(code="visp", name_de="Visp", name_fr="Viège")
    return {
        "worker": contact_at(cast.worker, cast.region),
        "adviser": contact_at(cast.adviser, cast.region),
        "elsewhere": contact_at(cast.worker, elsewhere),
        "stranger": contact_at(cast.stranger, cast.region),
    }


def proposed(cast: Cast, case: Case, kind: Kind) -> set[int]:
    def of(acting: Any) -> set[int]:
        return {staff.pk for staff in proposed_people(kind, case.dossier, on=acting.today)}

    found: set[int] = do(cast.coordinator, of)
    return found


def test_vs_report_2024_terms_assessment_proposes_contact_persons_notifying_worker_and_physician(
    cast: Cast, case: Case, contacts: dict[str, Appointment]
) -> None:
    make_staff(make_institution("RAD2"), Role.MEDICAL_OFFICER, last_name="Zweite")

    by_name = {contacts["worker"].pk, contacts["adviser"].pk, cast.worker.pk, cast.physician.pk}
    assert proposed(cast, case, Kind.ASSESSMENT) == by_name
    page = client_of(cast.coordinator).get(f"/dossiers/{case.pk}/meetings/convene?kind=assessment").content.decode()
    assert _ticked(page, "people") == by_name
    assert _ticked(page, "institutions") == set()  # both are there through their people
    assert 'value="assessment" selected' in page


def test_smz_iv_1_network_meeting_proposes_whoever_follows_the_person(
    cast: Cast, case: Case, contacts: dict[str, Appointment]
) -> None:
    assert proposed(cast, case, Kind.NETWORK) == {cast.worker.pk, cast.adviser.pk}


@pytest.mark.parametrize("kind", [Kind.ROUND_TABLE, Kind.JOINT_INTERVIEW, Kind.REVIEW, Kind.INTERVISION])
def test_other_meetings_are_for_institutions(
    cast: Cast, case: Case, contacts: dict[str, Appointment], kind: Kind
) -> None:
    assert not proposed(cast, case, kind)
    page = client_of(cast.coordinator).get(f"/dossiers/{case.pk}/meetings/convene?kind={kind}").content.decode()
    assert _ticked(page, "institutions") == {cast.worker.institution_id, cast.adviser.institution_id}


def test_contact_persons_of_the_region_can_be_invited_though_their_institution_takes_no_part(
    cast: Cast, case: Case, contacts: dict[str, Appointment]
) -> None:
    def of(acting: Any) -> set[int]:
        return set(people_by_name(case.dossier, on=acting.today).values_list("pk", flat=True))

    offered = do(cast.coordinator, of)

    assert contacts["stranger"].pk in offered
    assert contacts["elsewhere"].pk not in offered
    assert cast.stranger.pk not in offered


def held(cast: Cast, case: Case, *there: Appointment, away: tuple[Appointment, ...] = ()) -> Meeting:
    meeting = convene(
        cast, case, cast.physician, kind=Kind.ASSESSMENT, person_part=PersonPart.WHOLE,
        seats=[Seat(staff.institution, staff) for staff in (*there, *away)],
        exception_reason="No question of health",
    )  # fmt: skip
    absent = {staff.pk for staff in away}
    presences = {
        one.pk: Presence.ABSENT if one.staff_id in absent else Presence.PRESENT
        for one in Invitee.objects.filter(meeting=meeting)
    }
    do(cast.coordinator, minutes.hold_meeting, meeting=meeting, presences=presences, person_came=True)
    return fresh(meeting)


def missing(by: Appointment, meeting: Meeting) -> list[Party]:
    return list(do(by, queries.meeting_details, meeting=meeting).missing)


def test_vs_report_2024_terms_assessment_the_minutes_say_which_party_was_missing(
    cast: Cast, case: Case, contacts: dict[str, Appointment]
) -> None:
    whole = held(cast, case, contacts["worker"], cast.worker, cast.physician)
    half = held(cast, case, contacts["worker"], away=(cast.worker, cast.physician))

    assert missing(cast.coordinator, whole) == []
    assert missing(cast.coordinator, half) == [Party.NOTIFIER, Party.PHYSICIAN]
    assert "Not there: the notifying worker, a physician delegated by the RAD" in _page(cast.coordinator, half)
    assert missing(cast.physician, whole) == []  # invited, but the case is closed to them


def test_vs_report_2024_terms_assessment_without_any_contact_person(
    cast: Cast, case: Case, contacts: dict[str, Appointment]
) -> None:
    meeting = held(cast, case, cast.worker, cast.physician, away=(contacts["worker"],))

    assert missing(cast.coordinator, meeting) == [Party.CONTACT_PERSONS]


def test_nobody_is_missing_before_the_meeting_or_from_one_without_named_parties(cast: Cast, case: Case) -> None:
    ahead = convene(cast, case, cast.physician, kind=Kind.ASSESSMENT, person_part=PersonPart.WHOLE)
    table = convene(cast, case, cast.adviser, person_part=PersonPart.WHOLE)
    do(cast.coordinator, minutes.hold_meeting, meeting=table, presences={}, person_came=False)

    assert missing(cast.coordinator, ahead) == missing(cast.coordinator, fresh(table)) == []


@kept
def iv(cast: Cast) -> Appointment:
    return make_staff(make_institution("IV"), Role.FRONT_LINE_WORKER, last_name="Counsellor")


def network(cast: Cast, case: Case, *there: Appointment, away: tuple[Appointment, ...] = ()) -> Meeting:
    """Convened by the worker, of social assistance, with these people by name."""
    meeting = convene(
        cast, case, by=cast.worker, kind=Kind.NETWORK, person_part=PersonPart.WHOLE,
        seats=[Seat(staff.institution, staff) for staff in (*there, *away)],
    )  # fmt: skip
    absent = {staff.pk for staff in away}
    presences = {
        one.pk: Presence.ABSENT if one.staff_id in absent else Presence.PRESENT
        for one in Invitee.objects.filter(meeting=meeting)
    }
    do(cast.worker, minutes.hold_meeting, meeting=meeting, presences=presences, person_came=True)
    return meeting


def tell(cast: Cast, case: Case, institution: Institution) -> None:
    do(
        cast.worker, keep_disclosure, dossier=Dossier.objects.get(pk=case.pk), basis="atsg-32", purpose="Placement",
        form=DisclosureForm.ORAL, recipient_id=institution.pk, categories=DataCategory.IDENTITY.bit,
    )  # fmt: skip


def test_smz_iv_1_in_any_case_network_meeting_needs_a_disclosure_to_whoever_cannot_open_the_case(
    cast: Cast, case: Case, iv: Appointment
) -> None:
    with pytest.raises(Refused, match="record the disclosure to IV first"):
        network(cast, case, iv)
    assert not Meeting.objects.exists()

    met = network(cast, case, cast.adviser)  # the consent names their institution
    with pytest.raises(Refused, match="record the disclosure to IV first"):
        do(cast.worker, invite, meeting=convene(cast, case, cast.adviser, by=cast.worker, kind=Kind.NETWORK,
           person_part=PersonPart.WHOLE), seat=Seat(iv.institution, iv))  # fmt: skip
    tell(cast, case, iv.institution)
    assert {met.pk} < {met.pk, network(cast, case, iv).pk}
    assert convene(cast, case, iv, kind=Kind.ROUND_TABLE).pk  # tells of nobody


def test_smz_iv_1_in_any_case_both_advisers_were_there_by_name(cast: Cast, case: Case, iv: Appointment) -> None:
    tell(cast, case, iv.institution)

    network(cast, case, cast.adviser, away=(iv,))
    alone = known_facts(case.pk)
    network(cast, case, iv)

    assert Fact.NETWORK_MEETING_HELD_ON in alone
    assert Fact.BOTH_ADVISERS_MET_ON not in alone
    assert known_facts(case.pk)[Fact.BOTH_ADVISERS_MET_ON] == timezone.localdate()


def test_smz_iv_1_in_any_case_an_institution_without_a_name_is_no_adviser(
    cast: Cast, case: Case, iv: Appointment
) -> None:
    tell(cast, case, iv.institution)
    meeting = convene(cast, case, iv, by=cast.worker, kind=Kind.NETWORK, person_part=PersonPart.WHOLE)
    presences = dict.fromkeys(Invitee.objects.values_list("pk", flat=True), Presence.PRESENT)

    do(cast.worker, minutes.hold_meeting, meeting=meeting, presences=presences, person_came=True)

    assert Fact.BOTH_ADVISERS_MET_ON not in known_facts(case.pk)


def _page(staff: Appointment, meeting: Meeting) -> str:
    client: Client = client_of(staff)
    return client.get(f"/meetings/{meeting.pk}/").content.decode()


def _ticked(page: str, name: str) -> set[int]:
    return {int(number) for number in re.findall(rf'name="{name}" value="(\d+)"[^>]* checked', page)}
