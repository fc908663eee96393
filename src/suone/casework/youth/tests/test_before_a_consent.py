"""A young person notified before a consent: on a law alone, to one institution, with little, and not for long."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from suone.canton.procedures.models import ProcedureVersion
from suone.casework.cases.models import Draft
from suone.casework.leading.tests.factories import do
from suone.casework.youth import queries, services
from suone.casework.youth.jobs import destroy_notices
from suone.casework.youth.models import Notice
from suone.casework.youth.rules import MOST_DAYS, Discarding
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.organisation.institutions.kinds import InstitutionKind
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Dossier
from suone.records.inbox.models import Message

pytestmark = pytest.mark.django_db
NOTIFY = "/notices/notify"
LAW = "kantonales Jugendgesetz, Art. 5"


def notify(by: Appointment, to: Appointment, **changes: Any) -> Notice:
    known: dict[str, Any] = {
        "receiver": to.institution, "first_name": "Léa", "last_name": "Muster", "birth_year": 2008,
        "contact": "079 000 00 00", "concern": "Stays away from the apprenticeship",
    }  # fmt: skip
    notice: Notice = do(by, services.notify_young_person, **known | changes)
    return notice


@pytest.fixture
def notice(cast: Cast, t1: Appointment) -> Notice:
    return notify(cast.worker, t1)


def past_the_services(by: Appointment, to: Appointment, law: str = LAW, **changes: Any) -> Notice:
    """A row that the app's role inserts."""
    usual = {"institution": by.institution, "staff": by, "last_name": "x", "language": "de"}
    with acting_as(acting(by)):
        return Notice.objects.create(
            receiver=to.institution, law=law, kept_until=timezone.localdate(), **usual | changes
        )


def readers(*everybody: Appointment) -> list[Appointment]:
    found = []
    for staff in everybody:
        with acting_as(acting(staff)):
            if Notice.objects.exists():
                found.append(staff)
    return found


# The law


def test_without_a_law_of_the_canton_nobody_is_notified_before_a_consent(
    cast: Cast, t1: Appointment, settings: Any
) -> None:
    settings.YOUTH_NOTICE_LAW = ""

    with pytest.raises(Refused, match="has set no law"):
        notify(cast.worker, t1)

    assert not Notice.objects.exists()
    assert client_of(cast.worker).get(NOTIFY).status_code == 404
    assert NOTIFY not in client_of(cast.worker).get("/").content.decode()


def test_in_the_database_too_a_notice_names_its_law(cast: Cast, t1: Appointment, notice: Notice) -> None:
    with pytest.raises(IntegrityError, match="youth_notice_on_a_law"), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(law="")


def test_past_the_services_too_nobody_is_notified_on_another_law_or_without_one(
    cast: Cast, t1: Appointment, settings: Any
) -> None:
    assert past_the_services(cast.worker, t1).law == LAW
    for invented in ("", "a law of mine"):
        with pytest.raises(ProgrammingError, match="but on the law of the canton"):
            past_the_services(cast.worker, t1, law=invented)

    settings.YOUTH_NOTICE_LAW = ""
    services.keep_law(using="default")

    for law in ("", LAW):
        with pytest.raises(ProgrammingError, match="but on the law of the canton"):
            past_the_services(cast.worker, t1, law=law)


@pytest.mark.parametrize(
    "statement",
    ["SELECT youth_law()", "CREATE OR REPLACE FUNCTION youth_law() RETURNS text LANGUAGE sql AS $$ SELECT 'mine' $$"],
)
def test_the_app_cannot_claim_that_there_is_a_law(cast: Cast, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        acting_as(acting(cast.worker)),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_notice_keeps_its_law_and_the_log_tells_whom_it_was_disclosed_to(t1: Appointment, notice: Notice) -> None:
    assert notice.law == "kantonales Jugendgesetz, Art. 5"
    entry = Entry.objects.get(act="youth.notified")
    assert (entry.kind, entry.recipients, entry.legal_basis) == ("disclose", [t1.institution_id], "youth-notice")
    assert (entry.object_type, entry.object_id, entry.purpose) == ("youth", notice.pk, notice.law)
    assert not Dossier.objects.exists()


def test_nothing_is_kept_when_the_log_fails(cast: Cast, t1: Appointment, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(services, "record", fails)
    with pytest.raises(RuntimeError):
        notify(cast.worker, t1)

    assert not Notice.objects.exists()


# To whom


def test_only_the_institution_that_receives_young_people_is_notified(cast: Cast, t1: Appointment) -> None:
    for other in (cast.coordinator, cast.adviser):
        with pytest.raises(Refused, match="and to no other"):
            notify(cast.worker, other)


def test_past_the_services_too_only_an_institution_that_receives_young_people_is_notified(
    cast: Cast, t1: Appointment, youth: ProcedureVersion
) -> None:
    for other in (cast.coordinator, cast.adviser, cast.worker):
        with pytest.raises(ProgrammingError, match="receives no young people"):
            past_the_services(cast.worker, other)
    assert past_the_services(cast.worker, t1) is not None

    versions = ProcedureVersion.objects.filter(pk=youth.pk)
    today = timezone.localdate()
    for over in (
        {"valid_until": today - timedelta(days=1)},
        {"valid_from": today + timedelta(days=1)},
        {"state": "retired"},
    ):
        versions.update(**{"valid_from": today - timedelta(days=9), "valid_until": None, "state": "published"} | over)
        with pytest.raises(ProgrammingError, match="receives no young people"):
            past_the_services(cast.worker, t1)
        with pytest.raises(Refused, match="and to no other"):
            notify(cast.worker, t1)


def test_of_a_procedure_the_newest_version_in_force_says_who_receives(
    cast: Cast, t1: Appointment, youth: ProcedureVersion
) -> None:
    youth.pk, youth.version, youth.receives = None, "later", ""
    youth.save(force_insert=True)

    with pytest.raises(ProgrammingError, match="receives no young people"):
        past_the_services(cast.worker, t1)


def test_the_receiver_alone_reads_it_and_who_wrote_it(cast: Cast, t1: Appointment, notice: Notice) -> None:
    colleague = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    steering = make_staff(t1.institution, Role.STEERING, last_name="Steering")

    everybody = (t1, cast.worker, colleague, steering, cast.coordinator, cast.adviser, cast.stranger)

    assert readers(*everybody) == [t1, cast.worker]
    assert set(Message.objects.filter(act="youth.notified").values_list("staff_id", flat=True)) == {t1.pk}


@pytest.mark.parametrize("who", ["worker", "coordinator", "stranger"])
def test_nobody_else_takes_it_up_or_discards_it(cast: Cast, notice: Notice, who: str) -> None:
    other = getattr(cast, who)
    client = client_of(other)

    assert client.post(f"/notices/{notice.pk}/take-up").status_code == 404
    assert client.post(f"/notices/{notice.pk}/discard", {"reason": "mistake"}).status_code == 404
    with acting_as(acting(other)):
        assert Notice.objects.filter(pk=notice.pk).delete()[0] == 0
    assert Notice.objects.filter(pk=notice.pk).exists()


def test_in_the_database_nobody_notifies_in_anothers_name_and_nobody_changes_a_notice(
    cast: Cast, t1: Appointment, notice: Notice
) -> None:
    assert past_the_services(cast.worker, t1) is not None
    with pytest.raises(ProgrammingError, match="in another's name"):
        past_the_services(cast.worker, t1, institution=cast.adviser.institution, staff=cast.adviser)
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting(t1)):
        Notice.objects.filter(pk=notice.pk).update(kept_until=notice.kept_until + timedelta(days=1000))


def test_a_second_institution_of_the_kind_does_not_read_what_the_first_receives(
    t1: Appointment, notice: Notice
) -> None:
    second = make_staff(
        make_institution("T2", kind=InstitutionKind.YOUTH_TRANSITION), Role.FRONT_LINE_WORKER, last_name="Second"
    )

    assert readers(second) == []
    with acting_as(acting(second)):
        assert queries.waiting(acting(second)) == []


# With little


def test_a_name_is_asked_for_and_a_year_of_birth_that_can_be(cast: Cast, t1: Appointment) -> None:
    with pytest.raises(Refused, match="Enter a name"):
        notify(cast.worker, t1, first_name=" ", last_name="")
    with pytest.raises(Refused, match="year of birth"):
        notify(cast.worker, t1, birth_year=timezone.localdate().year + 1)


# With the consent


def test_with_the_consent_the_receiver_begins_the_notification_and_the_notice_is_gone(
    cast: Cast, t1: Appointment, notice: Notice
) -> None:
    answer = client_of(t1).post(f"/notices/{notice.pk}/take-up")

    draft = Draft.objects.get(staff=t1)
    assert answer.headers["Location"].endswith(f"/{draft.pk}")
    assert (draft.data["last_name"], draft.data["counted_for"]) == ("Muster", cast.worker.institution_id)
    assert not Notice.objects.exists()
    assert Entry.objects.get(act="youth.taken_up").kind == "delete"
    page = client_of(t1).get(answer.headers["Location"]).content.decode()
    assert 'value="Léa"' in page
    assert "Question to T1" in page


# Without it


def test_a_discarded_notice_leaves_its_kind_of_reason_alone(t1: Appointment, notice: Notice) -> None:
    do(t1, services.discard, notice=notice, reason=Discarding.NO_CONSENT)

    assert not Notice.objects.exists()
    entry = Entry.objects.get(act="youth.discarded")
    assert (entry.kind, entry.object_id, entry.details) == ("delete", notice.pk, {"reason": "no_consent"})


@pytest.mark.parametrize(("days_left", "stays"), [(0, True), (-1, False)])
def test_the_job_destroys_a_notice_after_its_last_day_and_tells_the_log(
    t1: Appointment, notice: Notice, days_left: int, stays: bool
) -> None:
    Notice.objects.filter(pk=notice.pk).update(kept_until=timezone.localdate() + timedelta(days=days_left))

    destroy_notices(0)
    destroy_notices(0)

    assert Notice.objects.filter(pk=notice.pk).exists() is stays
    entries = Entry.objects.filter(act="youth.destroyed")
    assert [(entry.kind, entry.object_id) for entry in entries] == ([] if stays else [("delete", notice.pk)])


def test_a_notice_that_is_over_is_shown_no_more_even_before_the_job_runs(t1: Appointment, notice: Notice) -> None:
    assert "Muster" in client_of(t1).get("/notices/").content.decode()
    Notice.objects.filter(pk=notice.pk).update(kept_until=timezone.localdate() - timedelta(days=1))

    page = client_of(t1).get("/notices/").content.decode()

    assert "Muster" not in page
    assert client_of(t1).post(f"/notices/{notice.pk}/take-up").status_code == 404


def test_nothing_is_destroyed_when_the_log_fails(notice: Notice, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError

    Notice.objects.filter(pk=notice.pk).update(kept_until=timezone.localdate() - timedelta(days=1))
    monkeypatch.setattr(services, "record", fails)
    job = acting_for_job("a test")
    with pytest.raises(RuntimeError), acting_as(job):
        services.destroy_what_is_over(job)

    assert Notice.objects.filter(pk=notice.pk).exists()


@pytest.mark.parametrize(("days", "kept"), [(10, 10), (MOST_DAYS + 10, MOST_DAYS)])
def test_the_canton_sets_for_how_many_days_and_the_product_at_most(
    cast: Cast, t1: Appointment, settings: Any, days: int, kept: int
) -> None:
    settings.YOUTH_NOTICE_DAYS = days

    assert notify(cast.worker, t1).kept_until == timezone.localdate() + timedelta(days=kept)


def test_in_the_database_too_no_notice_is_kept_for_longer(notice: Notice) -> None:
    with pytest.raises(IntegrityError, match="youth_notice_not_for_long"), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(kept_until=timezone.localdate() + timedelta(days=MOST_DAYS + 1))


# The pages


def test_through_the_pages(cast: Cast, t1: Appointment) -> None:
    worker = client_of(cast.worker)
    assert NOTIFY in worker.get("/").content.decode()
    assert "kantonales Jugendgesetz, Art. 5" in worker.get(NOTIFY).content.decode()

    assert worker.post(NOTIFY, {"receiver": t1.institution_id, "last_name": "Muster"}).status_code == 302

    notice = Notice.objects.get()
    client = client_of(t1)
    home = client.get("/").content.decode()
    assert "/notices/" in home
    assert NOTIFY not in home  # T1 asks for the consent itself
    listed = client.get("/notices/")
    assert "Muster" in listed.content.decode()
    assert Entry.objects.get(act="youth.listed").details == {"shown": {"youth": [notice.pk]}}
    assert client.post(f"/notices/{notice.pk}/discard", {}).status_code == 422
    assert client.post(f"/notices/{notice.pk}/discard", {"reason": "not_reached"}).status_code == 302
    assert not Notice.objects.exists()
    assert "/notices/" not in client.get("/").content.decode()


def test_the_office_sees_no_young_person_before_a_consent(cast: Cast, notice: Notice) -> None:
    page = client_of(cast.coordinator).get("/notices/").content.decode()

    assert "Muster" not in page
    assert queries.waiting_count(acting(cast.coordinator)) == 0
