"""A lost second factor is reset by two administrators: who asks, who approves and whose it is are three accounts."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.rules import Colleague
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.organisation.signin import services
from suone.organisation.signin.letters import send_letters
from suone.organisation.signin.models import FactorReset
from suone.organisation.signin.rules import may_approve_reset, may_ask_for_reset

HOLDER = Colleague(1, 1, institution=7)
FIRST = Colleague(2, 2, institution=7, roles=frozenset({Role.INSTITUTION_ADMINISTRATOR}))
SECOND = Colleague(3, 3, institution=7, roles=frozenset({Role.INSTITUTION_ADMINISTRATOR}))
SECOND_HAT = Colleague(9, 2, institution=7, roles=frozenset({Role.INSTITUTION_ADMINISTRATOR}))  # the first's account
ELSEWHERE = Colleague(4, 4, institution=8, roles=frozenset({Role.INSTITUTION_ADMINISTRATOR}))
OFFICE = Colleague(5, 5, institution=1, at_office=True, roles=frozenset({Role.OFFICE_ADMINISTRATOR}))
DELEGATE = Colleague(6, 6, institution=1, at_office=True, roles=frozenset({Role.CANTONAL_DELEGATE}))
ALL = (HOLDER, FIRST, SECOND, ELSEWHERE, OFFICE, DELEGATE)


@pytest.mark.parametrize(
    ("asker", "may"), [(FIRST, True), (SECOND, True), (HOLDER, False), (ELSEWHERE, False), (OFFICE, False)]
)
def test_who_administers_the_institution_asks_and_nobody_for_themselves(asker: Colleague, may: bool) -> None:
    assert may_ask_for_reset(asker, HOLDER, ALL) is may
    assert not may_ask_for_reset(asker, asker, ALL)


@pytest.mark.parametrize(
    ("approver", "may"),
    [(SECOND, True), (FIRST, False), (SECOND_HAT, False), (HOLDER, False), (ELSEWHERE, False), (OFFICE, False)],
)
def test_another_administrator_of_the_institution_approves(approver: Colleague, may: bool) -> None:
    assert may_approve_reset(approver, HOLDER, 2, ALL) is may


@pytest.mark.parametrize(("approver", "may"), [(OFFICE, True), (DELEGATE, True), (ELSEWHERE, False), (FIRST, False)])
def test_where_there_is_none_the_office_or_the_delegate_does(approver: Colleague, may: bool) -> None:
    alone = tuple(who for who in ALL if who is not SECOND)

    assert may_approve_reset(approver, HOLDER, 2, alone) is may


@kept
def people() -> dict[str, Appointment]:
    rav, smz = make_institution("RAV"), make_institution("SMZ")
    administrator = Role.INSTITUTION_ADMINISTRATOR
    people = {
        "holder": make_staff(rav, Role.FRONT_LINE_WORKER, last_name="Risi"),
        "first": make_staff(rav, administrator, first_name="Beat", last_name="Zen"),
        "second": make_staff(rav, administrator, first_name="Eva", last_name="Imhof"),
        "elsewhere": make_staff(smz, administrator, first_name="Urs", last_name="Anden"),
    }
    Authenticator.objects.create(user=people["holder"].user, type="totp", data={"secret": "x"})
    Authenticator.objects.create(user=people["holder"].user, type="recovery_codes", data={})
    return people


def ask(people: dict[str, Appointment], by: str = "first", holder: str = "holder") -> FactorReset:
    who = acting(people[by])
    with acting_as(who):
        return services.ask_for_factor_reset(who, holder=people[holder])


def approve(people: dict[str, Appointment], reset: FactorReset, by: str = "second") -> None:
    who = acting(people[by])
    with acting_as(who):
        services.approve_factor_reset(who, reset=reset)


def has_factor(people: dict[str, Appointment]) -> bool:
    return Authenticator.objects.filter(user=people["holder"].user).exists()


def test_the_factor_goes_when_a_second_person_approves(people: dict[str, Appointment]) -> None:
    inside = client_of(people["holder"])
    reset = ask(people)
    assert has_factor(people)

    approve(people, reset)
    send_letters()

    assert not has_factor(people)
    assert inside.get("/")["Location"].startswith("/accounts/login/")
    assert [letter.to for letter in mail.outbox] == [[people["holder"].user.email]]  # type: ignore[union-attr]
    entries = Entry.objects.filter(act__startswith="factor_reset").order_by("id")
    assert [(entry.act, entry.user_id, entry.object_id) for entry in entries] == [
        ("factor_reset.asked", people["first"].user_id, people["holder"].user_id),
        ("factor_reset.approved", people["second"].user_id, people["holder"].user_id),
    ]


@pytest.mark.parametrize("by", ["first", "holder"])
def test_neither_who_asked_nor_whose_it_is_approves(people: dict[str, Appointment], by: str) -> None:
    reset = ask(people)

    with pytest.raises(Refused):
        approve(people, reset, by)

    assert has_factor(people)


def test_it_is_asked_for_once_and_decided_once(people: dict[str, Appointment]) -> None:
    reset = ask(people)
    with pytest.raises(Refused):
        ask(people, by="second")

    approve(people, reset)
    with pytest.raises(Refused):
        approve(people, reset)


def test_a_declined_one_changes_nothing(people: dict[str, Appointment]) -> None:
    reset, who = ask(people), acting(people["first"])

    with acting_as(who):
        services.decline_factor_reset(who, reset=reset)

    assert has_factor(people)
    with pytest.raises(Refused):
        approve(people, reset)


@pytest.mark.parametrize(("asked", "decided"), [("holder", "first"), ("first", "first"), ("first", "holder")])
def test_the_database_holds_the_three_apart(people: dict[str, Appointment], asked: str, decided: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.create(
            institution_id=people["holder"].institution_id,
            holder=people["holder"],
            holder_account=people["holder"].user,
            asked_by=people[asked],
            asked_account=people[asked].user,
            decided_by=people[decided],
            decided_account=people[decided].user,
            decided_at=timezone.now(),
            is_approved=True,
        )


@pytest.mark.parametrize(("by", "sees"), [("second", 1), ("elsewhere", 0), ("holder", 0)])
def test_a_request_is_seen_where_its_holder_is_administered(people: dict[str, Appointment], by: str, sees: int) -> None:
    ask(people)

    with acting_as(acting(people[by])):
        assert FactorReset.objects.count() == sees
    with acting_as(Acting(kind=Kind.PUBLIC, today=timezone.localdate())):
        assert FactorReset.objects.count() == 0


def test_no_request_for_a_foreign_institution_is_kept(people: dict[str, Appointment]) -> None:
    with pytest.raises(ProgrammingError), acting_as(acting(people["elsewhere"])):
        FactorReset.objects.create(
            institution_id=people["holder"].institution_id,
            holder=people["holder"],
            holder_account=people["holder"].user,
            asked_by=people["elsewhere"],
            asked_account=people["elsewhere"].user,
        )


def test_the_pages_ask_and_decide(people: dict[str, Appointment]) -> None:
    page = "/account/second-factors"
    client_of(people["first"]).post(page, {"holder": people["holder"].pk})
    reset = FactorReset.objects.get()

    mine = client_of(people["first"]).get(page).content.decode()
    others = client_of(people["second"]).get(page).content.decode()
    assert 'name="approve"' not in mine
    assert 'name="approve"' in others
    assert client_of(people["holder"]).get(page).status_code == 403
    assert client_of(people["elsewhere"]).post(f"{page}/{reset.pk}", {"approve": "1"}).status_code == 404

    client_of(people["second"]).post(f"{page}/{reset.pk}", {"approve": "1"})
    assert not has_factor(people)
