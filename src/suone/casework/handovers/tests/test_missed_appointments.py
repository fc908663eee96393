"""IV gives the social worker notice of uncooperative behaviour and missed appointments, and nobody else reads it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError
from django.test import Client
from django.utils import timezone

from suone.casework.cases.models import Assignment, Note, Participant
from suone.casework.handovers import services
from suone.casework.handovers.models import CooperationNotice, Handover
from suone.casework.handovers.queries import can_report_missed_appointments, notices_of, social_workers_in
from suone.casework.handovers.rules import Direction, NoticeKind
from suone.casework.handovers.tests.factories import TO_IV, accept, case_of, proposal, propose
from suone.casework.leading.tests.factories import do
from suone.ground.access.categories import DataCategory, mask_of
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_staff
from suone.records.consents.models import Disclosure
from suone.records.consents.tests.factories import WORK, Cast, line, sign
from suone.records.dossiers.models import Event
from suone.records.inbox.models import Message

CONDITIONS = ["no_private_interest", "cost_bearer_unclear", "purpose_measures", "formal_law", "reciprocity"]


@kept
def shared(cast: Cast, coordinator_iv: Appointment) -> Handover:
    """A case of the SMZ, which is social assistance, in which the IV takes part."""
    return accept(coordinator_iv, propose(cast, coordinator_iv, direction=Direction.REFERS, facts=TO_IV))


def give_notice(by: Appointment, handover: Handover, to: Appointment, **changes: Any) -> CooperationNotice:
    usual: dict[str, Any] = {
        "recipient": to,
        "basis": "ivg-68bis-3",
        "purpose": "Coordination",
        "confirmed": CONDITIONS,
        "kind": NoticeKind.MISSED,
        "measure": "Work training",
        "text": "2 March",
    }
    notice: CooperationNotice = do(by, services.report_missed_appointments, case=case_of(handover), **usual | changes)
    return notice


def reads(staff: Appointment, handover: Handover) -> bool:
    with acting_as(acting(staff)):
        return bool(notices_of(handover.dossier))


def test_smz_iv_2_the_iv_coordinator_notifies_the_social_worker_of_missed_appointments(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    notice = give_notice(coordinator_iv, shared, cast.worker)

    assert (notice.kind, notice.measure, notice.text) == ("missed", "Work training", "2 March")
    assert (notice.giver_staff, notice.receiver_staff) == (coordinator_iv, cast.worker)
    entry = Entry.objects.get(act="handover.notice_given")
    assert (entry.kind, entry.object_type, entry.object_id) == ("disclose", "cooperationnotice", notice.pk)
    assert (entry.recipients, entry.legal_basis) == ([cast.worker.institution_id], "ivg-68bis-3")
    assert [message.staff for message in Message.objects.filter(act="handover.notice_given")] == [cast.worker]
    assert Disclosure.objects.latest("pk").basis == "ivg-68bis-3"


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_smz_iv_2_giver_and_receiver_alone_read_it(
    cast: Cast, coordinator_iv: Appointment, shared: Handover, kind: NoticeKind
) -> None:
    """Colleagues of both, another institution that takes part, and the office do not; the timeline says nothing."""
    joined = accept(
        cast.adviser,
        do(
            cast.worker,
            services.propose_handover,
            case=case_of(shared),
            proposal=proposal(cast.worker, cast.adviser, direction=Direction.REFERS),
        ),
    )
    colleagues = [
        make_staff(who.institution, Role.FRONT_LINE_WORKER, last_name=f"Colleague{who.pk}")
        for who in (cast.worker, coordinator_iv)
    ]

    give_notice(coordinator_iv, shared, cast.worker, kind=kind)

    assert joined.dossier_id == shared.dossier_id
    assert reads(coordinator_iv, shared)
    assert reads(cast.worker, shared)
    for nobody in (*colleagues, cast.adviser, cast.coordinator, cast.stranger):
        assert not reads(nobody, shared)
    assert not Note.objects.filter(dossier_id=shared.dossier_id).exists()
    assert not Event.objects.filter(act="handover.notice_given").exists()


def test_smz_iv_2_whoever_takes_over_the_case_of_the_social_worker_reads_it(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    successor = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Successor")
    give_notice(coordinator_iv, shared, cast.worker)
    assert not reads(successor, shared)

    Participant.objects.filter(dossier_id=shared.dossier_id, staff=cast.worker).update(staff=successor)
    assert reads(successor, shared)
    Participant.objects.filter(dossier_id=shared.dossier_id, staff=successor).update(staff=cast.worker)
    assert not reads(successor, shared)
    Assignment.objects.filter(dossier_id=shared.dossier_id, function="lead").update(staff=successor)
    assert reads(successor, shared)


def test_smz_iv_2_only_iv_gives_notice_and_only_to_the_social_worker(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    colleague = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    with pytest.raises(Refused, match="Only the IV"):
        give_notice(cast.worker, shared, cast.worker)
    with pytest.raises(Refused, match="social assistance only"):
        give_notice(coordinator_iv, shared, cast.adviser)
    with pytest.raises(Refused, match="who follows the person"):
        give_notice(coordinator_iv, shared, colleague)
    for change in ({"measure": " "}, {"text": " "}):
        with pytest.raises(Refused, match="Say in which measure"):
            give_notice(coordinator_iv, shared, cast.worker, **change)
    with pytest.raises(Refused, match="that the IV has"):
        give_notice(coordinator_iv, shared, cast.worker, basis="avig-85f-2")

    assert not CooperationNotice.objects.exists()
    assert not Entry.objects.filter(act="handover.notice_given").exists()


def test_past_the_services_a_notice_goes_to_nobody_else(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    """Nor from anybody else, nor without the disclosure that is recorded with it."""
    give_notice(coordinator_iv, shared, cast.worker)
    given = CooperationNotice.objects.get()
    for by, to in ((coordinator_iv, cast.adviser), (coordinator_iv, cast.coordinator), (cast.worker, coordinator_iv)):
        given.pk = None
        given.giver, given.giver_staff, given.receiver, given.receiver_staff = by.institution, by, to.institution, to
        with pytest.raises(ProgrammingError, match="from the IV to the social worker alone"), acting_as(acting(by)):
            given.save(force_insert=True)
    given.giver, given.giver_staff = coordinator_iv.institution, coordinator_iv
    given.receiver, given.receiver_staff = cast.worker.institution, cast.worker
    Disclosure.objects.update(at=timezone.now() - timedelta(hours=1))
    with (
        pytest.raises(ProgrammingError, match="from the IV to the social worker alone"),
        acting_as(acting(coordinator_iv)),
    ):
        given.save(force_insert=True)


def test_a_consent_is_a_basis_only_if_it_names_the_institution_and_the_category(
    cast: Cast, coordinator_iv: Appointment
) -> None:
    handover = accept(coordinator_iv, propose(cast, coordinator_iv))  # the IV leads, and signs
    by_consent: dict[str, Any] = {"basis": "consent", "confirmed": ["single_case", "person_consents"]}
    with pytest.raises(Refused, match="No valid consent"):
        give_notice(coordinator_iv, handover, cast.worker, **by_consent)
    sign(coordinator_iv, handover.dossier, line(cast.worker, mask_of([DataCategory.ADMINISTRATIVE])))

    give_notice(coordinator_iv, handover, cast.worker, **by_consent)

    assert Disclosure.objects.latest("pk").consent is not None


def test_it_is_offered_to_iv_where_a_social_worker_follows_the_person(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    def offered(staff: Appointment) -> bool:
        parts = Participant.objects.filter(dossier_id=shared.dossier_id).select_related("institution")
        return can_report_missed_appointments(acting(staff), parts)

    assert social_workers_in(case_of(shared)) == [cast.worker]
    assert offered(coordinator_iv)
    assert not offered(cast.worker)
    Participant.objects.filter(dossier_id=shared.dossier_id, institution=cast.worker.institution).update(state="left")
    assert not offered(coordinator_iv)
    assert social_workers_in(case_of(shared)) == []


def test_the_pages_ask_for_kind_measure_and_facts_and_show_it_to_the_two(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    iv, start = client_of(coordinator_iv), f"/dossiers/{shared.dossier_id}/missed-appointments"
    path = f"{start}/{cast.worker.pk}/ivg-68bis-3"
    assert iv.get(start).headers["Location"] == path  # there is one social worker, and one usual basis
    assert f'href="{start}?choose=1"' in iv.get(path).content.decode()
    page = iv.get(start, {"choose": 1}).content.decode()
    assert "68bis" in page
    assert "AVIG" not in page
    chosen = iv.post(start, {"recipient": cast.worker.pk, "basis": "ivg-68bis-3"})
    assert chosen.headers["Location"] == path
    typed = {"kind": "missed", "measure": "Job coaching", "purpose": "Coordination", "text": "2 March, 9 March"}
    assert iv.post(path, typed).status_code == 422  # the conditions are not confirmed
    assert iv.post(path, typed | {"conditions": "on"}).status_code == 302
    kept = Disclosure.objects.get(basis="ivg-68bis-3")
    assert kept.conditions == CONDITIONS

    def shown(client: Client) -> bool:
        return "2 March, 9 March" in client.get(f"/dossiers/{shared.dossier_id}/").content.decode()

    assert shown(iv)
    assert shown(client_of(cast.worker))
    assert not shown(client_of(make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")))


def test_a_consent_that_covers_the_notice_is_its_usual_basis(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    iv, start = client_of(coordinator_iv), f"/dossiers/{shared.dossier_id}/missed-appointments"

    for days, categories, basis in ((30, DataCategory.EMPLOYMENT.bit, "ivg-68bis-3"), (60, WORK, "consent")):
        until = timezone.localdate() + timedelta(days=days)
        sign(cast.worker, shared.dossier, line(cast.worker, categories), line(coordinator_iv), valid_until=until)

        assert iv.get(start).headers["Location"] == f"{start}/{cast.worker.pk}/{basis}"


def test_the_pages_lead_to_nobody_else(cast: Cast, coordinator_iv: Appointment, shared: Handover) -> None:
    iv, start = client_of(coordinator_iv), f"/dossiers/{shared.dossier_id}/missed-appointments"
    for nowhere in (f"{cast.adviser.pk}/consent", f"{cast.worker.pk}/avig-85f-2", f"{cast.worker.pk}/nonsense"):
        assert iv.get(f"{start}/{nowhere}").status_code == 404
    smz = client_of(cast.worker)
    assert smz.get(f"{start}/{cast.worker.pk}/ivg-68bis-3").status_code == 404
    assert "Notify the social worker" not in smz.get(f"/dossiers/{shared.dossier_id}/").content.decode()
