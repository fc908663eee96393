"""Who gives, approves and ends roles: by the rules, by the database, and both alike."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import STAFF_ROLES, Role
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments import appointing, rules
from suone.organisation.appointments.models import Appointment, HeldRole
from suone.organisation.appointments.queries import as_colleague, colleagues_and_administrators
from suone.organisation.appointments.rules import Colleague, may_approve, may_end, may_give
from suone.organisation.appointments.tests.factories import acting, give, make_institution, make_staff
from suone.organisation.institutions.models import Office

pytestmark = pytest.mark.django_db

OFFICE, SMZ, RAV, BSL = 1, 2, 3, 4
_ADMIN, _DELEGATE, _OWN = Role.OFFICE_ADMINISTRATOR, Role.CANTONAL_DELEGATE, Role.INSTITUTION_ADMINISTRATOR


def _colleague(number: int, institution: int, *roles: Role, account: int | None = 0) -> Colleague:
    return Colleague(number, number if account == 0 else account, institution, institution == OFFICE, frozenset(roles))


office = _colleague(1, OFFICE, _ADMIN)
delegate = _colleague(2, OFFICE, _DELEGATE)
smz = _colleague(3, SMZ, _OWN)
smz_second = _colleague(4, SMZ, _OWN)
worker = _colleague(5, SMZ, Role.FRONT_LINE_WORKER)
rav = _colleague(6, RAV, _OWN)
rav_worker = _colleague(7, RAV)
alone = _colleague(8, BSL)
smz_as_another = _colleague(9, RAV, account=3)  # the administrator of SMZ works at RAV too
EVERYBODY = [office, delegate, smz, smz_second, worker, rav, rav_worker, alone, smz_as_another]


@pytest.mark.parametrize(
    ("giver", "role", "holder", "may"),
    [
        (smz, Role.FRONT_LINE_WORKER, worker, True),
        (smz, Role.MEDICAL_OFFICER, worker, True),
        (smz, _OWN, worker, True),
        (smz, Role.FRONT_LINE_WORKER, smz, False),  # nobody edits their own
        (smz, Role.FRONT_LINE_WORKER, smz_as_another, False),  # nor under another appointment
        (smz, Role.FRONT_LINE_WORKER, rav_worker, False),  # another institution
        (smz, Role.LEGAL_COMMISSION, worker, False),  # a role of the collaboration
        (smz, Role.DATA_PROTECTION_OFFICER, worker, False),
        (worker, Role.FRONT_LINE_WORKER, rav_worker, False),
        (worker, Role.FRONT_LINE_WORKER, smz, False),
        (office, Role.FRONT_LINE_WORKER, worker, False),
        (office, Role.LEGAL_COMMISSION, worker, True),
        (office, Role.STEERING, rav_worker, True),
        (office, Role.DATA_PROTECTION_OFFICER, worker, False),  # held at the office only
        (office, Role.DATA_PROTECTION_OFFICER, delegate, True),
        (office, Role.DATA_PROTECTION_OFFICER, office, False),
        (delegate, _OWN, alone, True),  # the first administrator
        (delegate, _OWN, worker, False),  # SMZ has its own
        (office, _OWN, alone, False),
        (delegate, Role.FRONT_LINE_WORKER, alone, True),  # where one person works alone
        (delegate, Role.FRONT_LINE_WORKER, worker, False),
        (delegate, Role.LEGAL_COMMISSION, alone, False),
        (delegate, _ADMIN, office, False),
    ],
)
def test_who_gives_a_role(giver: Colleague, role: Role, holder: Colleague, may: bool) -> None:
    assert may_give(giver, role, holder, EVERYBODY) is may


def test_the_delegate_appoints_the_next_administrator_where_none_is_left() -> None:
    left = [who for who in EVERYBODY if who not in (smz, smz_second, office)]

    assert may_give(delegate, _OWN, worker, left)
    assert may_give(delegate, _ADMIN, _colleague(20, OFFICE), left)


@pytest.mark.parametrize(
    ("approver", "role", "holder", "giver", "may"),
    [
        (smz_second, Role.MEDICAL_OFFICER, worker, smz, True),
        (smz, Role.MEDICAL_OFFICER, worker, smz, False),  # nobody approves what they gave
        (smz_second, Role.MEDICAL_OFFICER, smz_second, smz, False),  # nor their own
        (office, Role.MEDICAL_OFFICER, worker, smz, False),  # SMZ has another administrator
        (delegate, Role.MEDICAL_OFFICER, smz_second, smz, True),  # the other administrator is the holder
        (office, _OWN, rav_worker, rav, True),  # RAV has one administrator only
        (delegate, _OWN, rav_worker, rav, True),
        (smz, _OWN, rav_worker, rav, False),
        (worker, _OWN, rav_worker, rav, False),
        (office, _OWN, alone, delegate, True),
        (delegate, _OWN, alone, delegate, False),
        (delegate, Role.LEGAL_COMMISSION, worker, office, True),
        (smz, Role.LEGAL_COMMISSION, worker, office, False),
        (delegate, Role.DATA_PROTECTION_OFFICER, delegate, office, False),
    ],
)
def test_who_approves_a_role(approver: Colleague, role: Role, holder: Colleague, giver: Colleague, may: bool) -> None:
    assert giver.account is not None
    assert may_approve(approver, role, holder, giver.account, EVERYBODY) is may


@pytest.mark.parametrize(
    ("facts", "opens"),
    [
        ({}, True),
        ({"valid_from": date(2026, 6, 2)}, False),
        ({"valid_until": date(2026, 6, 1)}, True),
        ({"valid_until": date(2026, 5, 31)}, False),
        ({"is_ended": True}, False),
        ({"needs_approval": True}, False),
        ({"needs_approval": True, "is_approved": True}, True),
        ({"needs_approval": True, "is_beginning": True}, True),
    ],
)
def test_when_a_role_is_in_force(facts: dict[str, object], opens: bool) -> None:
    usual: dict[str, object] = {"valid_from": date(2026, 6, 1), "valid_until": None, "is_ended": False}
    usual |= {"needs_approval": False, "is_approved": False, "is_beginning": False}

    assert rules.in_force(on=date(2026, 6, 1), **usual | facts) is opens  # type: ignore[arg-type]


@dataclass
class World:
    office: Appointment
    delegate: Appointment
    protection: Appointment
    smz: Appointment
    smz_second: Appointment
    worker: Appointment
    rav: Appointment
    rav_worker: Appointment
    alone: Appointment
    both: Appointment  # the administrator of SMZ, at RAV

    def everybody(self) -> list[Appointment]:
        return list(vars(self).values())


@kept
def world() -> World:
    iiz = make_institution("IIZ", is_iiz_office=True)
    smz, rav, bsl = make_institution("SMZ"), make_institution("RAV"), make_institution("BSL")
    first = make_staff(smz, _OWN, last_name="First")
    return World(
        office=make_staff(iiz, _ADMIN, last_name="Office"),
        delegate=make_staff(iiz, _DELEGATE, last_name="Delegate"),
        protection=make_staff(iiz, Role.DATA_PROTECTION_OFFICER, last_name="Protection"),
        smz=first,
        smz_second=make_staff(smz, _OWN, last_name="Second"),
        worker=make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Worker"),
        rav=make_staff(rav, _OWN, last_name="Rav"),
        rav_worker=make_staff(rav, Role.FRONT_LINE_WORKER, last_name="Colleague"),
        alone=make_staff(bsl, Role.FRONT_LINE_WORKER, last_name="Alone"),
        both=Appointment.objects.create(user=first.user, institution=rav, first_name="Ada", last_name="First"),
    )


def _ask(statement: str, *values: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {statement}", values)
        return cursor.fetchone()[0]


def _pending(holder: Appointment, role: Role, giver: Appointment) -> HeldRole:
    return HeldRole.objects.create(
        appointment=holder, role=role, valid_from=date(2020, 1, 1), given_by=giver, given_by_account=giver.user
    )


@pytest.mark.parametrize("gone", ["", "smz_second", "office", "smz smz_second", "worker smz smz_second"])
def test_the_database_decides_as_the_rules_do(world: World, gone: str) -> None:
    for name in gone.split():
        Appointment.objects.filter(pk=getattr(world, name).pk).update(ended_at=timezone.now())
    today = timezone.localdate()
    people = Appointment.objects.select_related("institution").order_by("pk")
    working = set(Appointment.objects.working(on=today).values_list("pk", flat=True))
    pending = [
        _pending(holder, Role.MEDICAL_OFFICER, giver)
        for holder, giver in [(world.worker, world.smz), (world.alone, world.delegate), (world.smz_second, world.smz)]
    ] + [_pending(world.rav_worker, Role.LEGAL_COMMISSION, world.office)]

    differ = []
    for who in people:
        with acting_as(acting(who)):
            for holder in people:
                say = colleagues_and_administrators(holder.institution_id, on=today)
                me = next((one for one in say if one.appointment == who.pk and who.pk in working), None)
                subject = as_colleague(holder, on=today)
                for role in STAFF_ROLES:
                    ruled = me is not None and may_give(me, role, subject, say)
                    if ruled is not _ask("appointments_may_give(%s, %s)", holder.pk, role.value):
                        differ.append(("give", who, role, holder, ruled))
                for held in (one for one in pending if one.appointment_id == holder.pk):
                    account = held.given_by_account_id
                    ruled = me is not None and may_approve(me, Role(held.role), subject, account, say)
                    if ruled is not _ask("appointments_may_approve(%s)", held.pk):
                        differ.append(("approve", who, held.role, holder, ruled))
                    ruled = me is not None and may_end(me, Role(held.role), subject, say)
                    if ruled is not _ask("appointments_may_end(%s)", held.pk):
                        differ.append(("end", who, held.role, holder, ruled))
                ruled = me is not None and rules.may_administer(me, holder.institution_id, say)
                if ruled is not _ask("appointments_may_administer(%s)", holder.institution_id):
                    differ.append(("administer", who, holder.institution, ruled))

    assert differ == []


def _may_give(who: Acting, holder: int, role: Role) -> object:
    with acting_as(who):
        return _ask("appointments_may_give(%s, %s)", holder, role.value)


def test_whoever_is_appointed_anew_is_the_same_person_to_those_who_give_roles(world: World) -> None:
    today = timezone.localdate()
    anew = []
    for staff in (world.smz, world.alone):
        Appointment.objects.filter(pk=staff.pk).update(active_until=today)
        begins = today + timedelta(days=1)
        anew.append(Appointment.objects.create(user=staff.user, institution=staff.institution, active_from=begins))

    assert not _may_give(acting(world.smz), anew[0].pk, Role.FRONT_LINE_WORKER)
    assert _may_give(acting(world.delegate), anew[1].pk, Role.FRONT_LINE_WORKER)


def test_whoever_is_alone_and_has_no_account_yet_is_given_a_role_by_the_delegate(world: World) -> None:
    invited = Appointment.objects.create(institution=make_institution("ORS"), first_name="Ada", last_name="Invited")

    assert _may_give(acting(world.delegate), invited.pk, Role.FRONT_LINE_WORKER)


def test_a_role_is_given_by_staff_to_somebody_who_is_there(world: World) -> None:
    assert _may_give(acting(world.office), world.worker.pk, Role.LEGAL_COMMISSION)
    assert not _may_give(acting(world.office), 0, Role.LEGAL_COMMISSION)
    for kind in set(Kind) - {Kind.STAFF}:
        assert not _may_give(replace(acting(world.office), kind=kind), world.worker.pk, Role.LEGAL_COMMISSION)


def test_the_database_knows_the_same_roles_as_the_rules() -> None:
    for role in STAFF_ROLES:
        needs = HeldRole(role=role, needs_approval=False)
        assert _ask("appointments_of_the_collaboration(%s)", role.value) is (role in rules.OF_THE_COLLABORATION)
        assert _ask("appointments_at_the_office_only(%s)", role.value) is (role in rules.AT_THE_OFFICE)
        assert needs.role in STAFF_ROLES
    iiz = make_institution("IIZ", is_iiz_office=True)
    everything = make_staff(iiz, last_name="Everything")
    give(everything, *STAFF_ROLES)
    needing = HeldRole.objects.filter(needs_approval=True).values_list("role", flat=True)
    assert set(needing) == {role.value for role in rules.NEED_APPROVAL}


def _give_in_sql(who: Acting, holder: Appointment, role: Role) -> int:
    with acting_as(who):
        found = _ask("appointments_give_role(%s, %s, %s, NULL)", holder.pk, role.value, timezone.localdate())
    assert isinstance(found, int)
    return found


def test_a_role_that_opens_much_takes_effect_when_a_second_person_approves(world: World) -> None:
    held = _give_in_sql(acting(world.smz), world.worker, Role.MEDICAL_OFFICER)

    assert Role.MEDICAL_OFFICER not in acting(world.worker).roles
    with pytest.raises(ProgrammingError, match="not yours to approve"), acting_as(acting(world.smz)):
        _ask("appointments_approve_role(%s)", held)
    with acting_as(acting(world.smz_second)):
        assert _ask("appointments_approve_role(%s)", held)
        assert not _ask("appointments_approve_role(%s)", held)

    assert Role.MEDICAL_OFFICER in acting(world.worker).roles
    kept = HeldRole.objects.get(pk=held)
    assert (kept.given_by_id, kept.approved_by_id) == (world.smz.pk, world.smz_second.pk)
    assert (kept.given_by_account_id, kept.approved_by_account_id) == (world.smz.user_id, world.smz_second.user_id)


def test_an_approval_is_of_one_role_that_waits_for_it(world: World) -> None:
    """Each condition of the function by itself."""
    waiting, other = (_pending(world.worker, role, world.smz) for role in (Role.MEDICAL_OFFICER, _OWN))
    needs_none = _pending(world.worker, Role.TANDEM, world.smz)
    ended = _pending(world.rav_worker, _OWN, world.rav)
    HeldRole.objects.filter(pk=ended.pk).update(ended_at=timezone.now(), ended_by=world.rav)
    begun = HeldRole.objects.create(
        appointment=world.office, role=_DELEGATE, valid_from=date(2020, 1, 1), is_beginning=True
    )

    for approver, held, is_approved in (
        (world.smz_second, waiting, True),
        (world.smz_second, needs_none, False),
        (world.delegate, ended, False),
        (world.delegate, begun, False),
    ):
        with acting_as(acting(approver)):
            assert _ask("appointments_approve_role(%s)", held.pk) is is_approved

    approved = HeldRole.objects.filter(pk__in=[h.pk for h in (waiting, other, needs_none, ended, begun)])
    assert list(approved.exclude(approved_at=None)) == [waiting]


def test_whoever_has_no_say_at_the_institution_is_told_that_they_may_not_approve(world: World) -> None:
    held = _pending(world.worker, Role.MEDICAL_OFFICER, world.smz)
    who = acting(world.rav_worker)

    with pytest.raises(Refused, match="You may not approve this role"), acting_as(who):
        appointing.approve_role(who, held=held)


@pytest.mark.parametrize("over", ["the role", "the appointment"])
def test_an_installation_begins_again_once_nobody_holds_the_role(world: World, over: str) -> None:
    if over == "the role":
        HeldRole.objects.filter(appointment=world.office).update(ended_at=timezone.now(), ended_by=world.office)
    else:
        Appointment.objects.filter(pk=world.office.pk).update(ended_at=timezone.now())

    with acting_as(acting_for_job("suone init")):
        assert _ask("appointments_begin(%s, %s)", world.protection.pk, _ADMIN.value)


def test_the_app_writes_no_role_past_the_functions(world: World) -> None:
    own = HeldRole.objects.filter(appointment=world.worker)

    for kind in (acting(world.office), acting_for_job("test")):
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(kind):
            HeldRole.objects.create(appointment=world.worker, role=Role.TANDEM, valid_from=date(2020, 1, 1))
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(kind):
            own.update(role=Role.DATA_PROTECTION_OFFICER)
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(kind):
            own.delete()
        with pytest.raises(ProgrammingError, match="not yours to give"):
            _give_in_sql(kind, world.worker, Role.TANDEM)


def test_giver_approver_and_holder_are_three_accounts(world: World) -> None:
    def held(**fields: object) -> None:
        with transaction.atomic():
            HeldRole.objects.create(
                appointment=world.worker, role=Role.MEDICAL_OFFICER, valid_from=date(2020, 1, 1), **fields
            )

    three = (world.smz.user, world.smz_second.user, world.worker.user)
    now = timezone.now()
    for giver, approver, name in [
        (three[0], three[0], "role_giver_is_not_approver"),
        (three[2], three[1], "role_three_accounts|three different accounts"),
        (three[0], three[2], "role_three_accounts|three different accounts"),
        (None, three[1], "role_giver_is_not_approver"),
    ]:
        with pytest.raises(IntegrityError, match=name):
            held(given_by_account=giver, approved_by_account=approver, approved_at=now)
    with pytest.raises(IntegrityError, match="role_approved_who_and_when_together"):
        held(given_by_account=three[0], approved_by_account=three[1])
    held(given_by_account=three[0], approved_by_account=three[1], approved_at=now)


def test_whoever_gave_a_role_does_not_take_up_the_appointment_that_holds_it(world: World) -> None:
    invited = Appointment.objects.create(institution=world.alone.institution, first_name="B", last_name="Invited")
    HeldRole.objects.create(
        appointment=invited, role=Role.TANDEM, valid_from=date(2020, 1, 1), given_by_account=world.delegate.user
    )

    with pytest.raises(IntegrityError, match="three different accounts"), transaction.atomic():
        Appointment.objects.filter(pk=invited.pk).update(user=world.delegate.user)


def test_the_account_and_the_institution_of_an_appointment_never_change(world: World) -> None:
    own = Appointment.objects.filter(pk=world.worker.pk)

    for change in ({"institution": world.rav.institution}, {"user": world.alone.user}, {"user": None}):
        with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
            own.update(**change)
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting(world.smz)):
            own.update(**change)


def test_an_office_belongs_to_the_institution_of_the_appointment(world: World) -> None:
    foreign = Office.objects.create(institution=world.rav.institution, name_de="RAV", name_fr="ORP")

    with pytest.raises(IntegrityError, match="appointment_office_of_institution"), transaction.atomic():
        Appointment.objects.filter(pk=world.worker.pk).update(office=foreign)


@pytest.mark.parametrize("who", ["worker", "smz", "rav", "office", "delegate"])
def test_until_when_somebody_works_is_for_whoever_administers_the_institution(world: World, who: str) -> None:
    acts = acting(getattr(world, who))
    until = {"active_until": timezone.localdate() + timedelta(days=30)}

    def changes(staff: Appointment) -> bool:
        try:
            with acting_as(acts):
                return Appointment.objects.filter(pk=staff.pk).update(**until) == 1
        except ProgrammingError:  # this appointment is not yours to change
            return False

    assert changes(world.worker) is (who == "smz")
    assert not changes(getattr(world, who))  # nobody their own
    if who == "smz":
        assert not changes(world.both)


def test_an_appointment_that_has_ended_does_not_begin_again(world: World) -> None:
    own = Appointment.objects.filter(pk=world.worker.pk)
    own.update(active_until=timezone.localdate() - timedelta(days=1))

    with pytest.raises(IntegrityError, match="does not begin again"), transaction.atomic():
        own.update(active_until=None)


def test_who_returns_gets_a_new_appointment_once_the_old_one_is_over(world: World) -> None:
    def again() -> Appointment:
        with transaction.atomic():
            return Appointment.objects.create(
                user=world.worker.user,
                institution=world.worker.institution,
                first_name="Ada",
                last_name="Worker",
                active_from=timezone.localdate(),
            )

    with pytest.raises(IntegrityError, match="appointment_once_at_a_time"):
        again()
    Appointment.objects.filter(pk=world.worker.pk).update(active_until=timezone.localdate() - timedelta(days=1))

    assert again().pk != world.worker.pk


def test_an_installation_begins_once_with_each_of_the_two() -> None:
    iiz, smz = make_institution("IIZ", is_iiz_office=True), make_institution("SMZ")
    first, stranger = make_staff(iiz, last_name="First"), make_staff(smz, last_name="Stranger")
    job = acting_for_job("suone init")

    with acting_as(job):
        assert _ask("appointments_begin(%s, %s)", stranger.pk, _ADMIN.value) is None
        assert _ask("appointments_begin(%s, %s)", first.pk, _ADMIN.value)

    assert acting(first).roles == {_ADMIN}
    with pytest.raises(ProgrammingError, match="already"), acting_as(job):
        _ask("appointments_begin(%s, %s)", first.pk, _ADMIN.value)
    with pytest.raises(IntegrityError, match="role_beginnings_are_two"), acting_as(job):
        _ask("appointments_begin(%s, %s)", first.pk, Role.DATA_PROTECTION_OFFICER.value)
    with pytest.raises(ProgrammingError, match="begins by its commands"), acting_as(acting(first)):
        _ask("appointments_begin(%s, %s)", first.pk, _DELEGATE.value)
