"""Recording who signs for a person, asking whoever signs, and what the log says of it."""

from datetime import date

import pytest
from django.utils import timezone

from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.records.dossiers.models import Dossier, Event
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.tests.factories import Principal, let_in, open_file
from suone.records.representation import services
from suone.records.representation.models import Representative
from suone.records.representation.rules import Kind

pytestmark = pytest.mark.django_db
ADULT = Birth(1970, 1, 1)


def child() -> Birth:
    return Birth(timezone.localdate().year - 15, 1, 1)


@kept
def worker() -> Appointment:
    return make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")


@kept
def stranger() -> Appointment:
    return make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Stranger")


def _record(by: Appointment, dossier: Dossier, **typed: object) -> Representative:
    usual: dict[str, object] = {"kind": Kind.PARENT, "name": "Ada Amacker", "valid_from": timezone.localdate()}
    who = acting(by)
    with acting_as(who):
        return services.record_representative(who, dossier=dossier, **usual | typed)  # type: ignore[arg-type]


def _sign(by: Appointment, dossier: Dossier, **typed: str) -> None:
    who = acting(by)
    with acting_as(who):
        services.check_signature(who, dossier=dossier, on=timezone.localdate(), **typed)


def test_a_parent_signs_until_the_child_comes_of_age_and_the_log_names_the_case(worker: Appointment) -> None:
    dossier = open_file(worker, birth=child())

    kept = _record(worker, dossier)

    assert kept.valid_until == date(child().year + 18, 1, 1) - date.resolution
    entry = Entry.objects.get(act="representation.recorded")
    assert (entry.dossier_id, entry.object_type, entry.object_id) == (dossier.pk, "representative", kept.pk)
    assert Event.objects.get(act="representation.recorded").category == DataCategory.IDENTITY
    assert "Amacker" not in str(entry.details)


def test_a_minor_does_not_sign_alone_and_the_parent_who_signs_is_recorded(worker: Appointment) -> None:
    dossier = open_file(worker, birth=child())
    with pytest.raises(Refused, match="Enter who signs for the person"):
        _sign(worker, dossier)

    _sign(worker, dossier, representative="Ada Amacker")

    assert Representative.objects.get(dossier=dossier).kind == Kind.PARENT
    _sign(worker, dossier, representative="amacker ADA")  # the same, however it is typed
    assert Representative.objects.filter(dossier=dossier).count() == 1
    with pytest.raises(Refused, match="Let Ada Amacker sign"):
        _sign(worker, dossier, representative="Somebody Else")


def test_a_guardian_of_an_adult_is_recorded_with_the_authority_or_not_at_all(worker: Appointment) -> None:
    dossier = open_file(worker, birth=ADULT)
    _sign(worker, dossier)  # signs alone
    with pytest.raises(Refused, match="of age"):
        _sign(worker, dossier, representative="Beat Brunner")

    _sign(worker, dossier, representative="Beat Brunner", authority="KESB")

    assert Representative.objects.get(dossier=dossier).kind == Kind.GUARDIAN
    with pytest.raises(Refused, match="Let Beat Brunner sign"):
        _sign(worker, dossier)


def test_an_ended_representation_signs_no_more_and_ends_once(worker: Appointment) -> None:
    dossier = open_file(worker, birth=ADULT)
    kept = _record(worker, dossier, kind=Kind.GUARDIAN, decided_by="KESB")
    who = acting(worker)

    with acting_as(who):
        services.end_representation(who, representative=kept)

    _sign(worker, dossier)  # signs alone again
    assert Entry.objects.filter(act="representation.ended", object_id=kept.pk).count() == 1
    with pytest.raises(Refused, match="already ended"), acting_as(who):
        services.end_representation(who, representative=kept)


def test_without_identity_nobody_sees_a_representative_nor_records_one(
    worker: Appointment, stranger: Appointment
) -> None:
    dossier = open_file(worker, birth=child())
    _record(worker, dossier)
    let_in(worker, dossier, Principal(institution_id=stranger.institution_id), categories=DataCategory.EDUCATION.bit)

    with acting_as(acting(stranger)):
        assert Dossier.objects.filter(pk=dossier.pk).exists()
        assert not Representative.objects.exists()  # the policies
        assert not Representative.objects.readable_by(acting(stranger)).exists()  # and the filter
    assert client_of(stranger).get(f"/dossiers/{dossier.pk}/representatives").status_code == 404


def test_the_page_says_who_may_sign_and_keeps_what_was_typed_on_an_error(worker: Appointment) -> None:
    dossier = open_file(worker, birth=child())
    client = client_of(worker)
    path = f"/dossiers/{dossier.pk}/representatives"

    assert "The person is under 18 (ZGB Art. 14)." in client.get(path).content.decode()
    wrong = client.post(
        path, {"kind": "guardian", "name": "Beat Brunner", "valid_from": timezone.localdate().isoformat()}
    )
    assert wrong.status_code == 422
    assert "Enter which authority decided" in wrong.content.decode()
    assert "Beat Brunner" in wrong.content.decode()
    done = client.post(
        path,
        {
            "kind": "guardian",
            "name": "Beat Brunner",
            "valid_from": timezone.localdate().isoformat(),
            "decided_by": "KESB",
        },
    )
    assert done.status_code == 302
    kept = Representative.objects.get()
    assert client.post(f"{path}/{kept.pk}/end").status_code == 302
    kept.refresh_from_db()
    assert kept.ended_on == timezone.localdate()
