"""Accounts, factors, log-ins and resets past every service: whoever acts reaches their own, and no one else's."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from suone.ground.access.acting import acting_for_guest, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.organisation.signin.letters import queue_letter
from suone.organisation.signin.models import FactorReset, Letter

pytestmark = pytest.mark.django_db

_PASSWORD = "UPDATE access_user SET password = 'mine' WHERE id = %s"
_ADDRESS = "UPDATE access_user SET email = 'mine@example.org' WHERE id = %s"
_ROUND = "UPDATE access_user SET log_in_round = log_in_round + 1 WHERE id = %s"
_FACTOR = "DELETE FROM mfa_authenticator WHERE user_id = %s"


@dataclass
class World:
    office: Appointment
    delegate: Appointment
    admin: Appointment
    worker: Appointment
    colleague: Appointment

    def account(self, name: str) -> int:
        found: Appointment = getattr(self, name)
        assert found.user_id is not None
        return found.user_id


@kept
def world() -> World:
    iiz, smz = make_institution("IIZ", is_iiz_office=True), make_institution("SMZ")
    found = World(
        office=make_staff(iiz, Role.OFFICE_ADMINISTRATOR, last_name="Office"),
        delegate=make_staff(iiz, Role.CANTONAL_DELEGATE, last_name="Delegate"),
        admin=make_staff(smz, Role.INSTITUTION_ADMINISTRATOR, last_name="Admin"),
        worker=make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Worker", password="Demo-only-4711"),
        colleague=make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Colleague"),
    )
    for staff in (found.worker, found.colleague):
        Authenticator.objects.create(user=staff.user, type="totp", data={"secret": "x"})
        EmailAddress.objects.create(user=staff.user, email=staff.user.email, primary=True, verified=True)
    return found


@contextmanager
def nobody_acting() -> Iterator[None]:
    """As the libraries work: with the app's role, before anybody acts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE suone_app")
        yield
        cursor.execute("RESET ROLE")


def sql(by: Appointment, statement: str, *values: object) -> int:
    with transaction.atomic(), acting_as(acting(by)), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def test_whoever_acts_changes_no_other_account(world: World) -> None:
    for statement in (_PASSWORD, _ADDRESS, _ROUND, "UPDATE access_user SET is_active = false WHERE id = %s"):
        with pytest.raises(ProgrammingError, match="not yours to change"):
            sql(world.colleague, statement, world.account("worker"))
    with pytest.raises(ProgrammingError, match="takes up an invitation"):
        sql(world.admin, "INSERT INTO access_user (email, password, first_name, last_name, language, is_active,"
                         " date_joined) VALUES ('x@example.org', '', '', '', 'de', true, now())")  # fmt: skip
    assert sql(world.worker, _ADDRESS, world.account("worker")) == 1


def test_an_administrator_changes_address_and_rounds_and_never_a_password(world: World) -> None:
    account = world.account("worker")

    assert sql(world.admin, _ADDRESS, account) == 1
    assert sql(world.admin, _ROUND, account) == 1
    for statement in (_PASSWORD, "UPDATE access_user SET is_active = false WHERE id = %s"):
        with pytest.raises(ProgrammingError, match="not yours to change"):
            sql(world.admin, statement, account)
    with pytest.raises(ProgrammingError, match="not yours to change"):
        sql(world.office, _ROUND, account)
    Appointment.objects.create(
        user=world.worker.user, institution=world.office.institution, first_name="Ada", last_name="Worker"
    )
    with pytest.raises(ProgrammingError, match="not yours to change"):
        sql(world.admin, _ROUND, account)  # the account works elsewhere too


def test_a_round_never_goes_back(world: World) -> None:
    User.objects.filter(pk=world.account("worker")).update(log_in_round=4)

    with pytest.raises(ProgrammingError, match="does not begin again"):
        sql(world.worker, "UPDATE access_user SET log_in_round = 3 WHERE id = %s", world.account("worker"))


def test_before_anybody_acts_passwords_change_and_neither_addresses_nor_whether_an_account_works(world: World) -> None:
    account = world.account("worker")
    with nobody_acting():
        User.objects.filter(pk=account).update(password="new", last_login=timezone.now())

    for statement in (_ADDRESS, "UPDATE access_user SET is_active = false WHERE id = %s"):
        with pytest.raises(ProgrammingError, match="not yours to change"), nobody_acting():
            connection.cursor().execute(statement, [account])
    with acting_as(acting_for_job("test")):
        User.objects.filter(pk=account).update(is_active=False)
    with acting_as(acting_for_guest()):
        User.objects.create_user("nina@example.org", "Demo-only-4711")
    with pytest.raises(ProgrammingError, match="not yours to change"), acting_as(acting_for_guest()):
        User.objects.filter(pk=account).update(password="mine")


def test_whoever_acts_sees_and_removes_their_own_factor_alone(world: World) -> None:
    for by in (world.colleague, world.admin, world.office):
        assert sql(by, "SELECT 1 FROM mfa_authenticator WHERE user_id = %s", world.account("worker")) == 0
        assert sql(by, _FACTOR, world.account("worker")) == 0
        assert sql(by, "UPDATE mfa_authenticator SET data = '{}' WHERE user_id = %s", world.account("worker")) == 0
        with pytest.raises(ProgrammingError, match="row-level security"):
            sql(by, "INSERT INTO mfa_authenticator (user_id, type, data, created_at)"
                    " VALUES (%s, 'webauthn', '{}', now())", world.account("worker"))  # fmt: skip
    with pytest.raises(ProgrammingError, match="stays with its account"):
        sql(world.worker, "UPDATE mfa_authenticator SET type = 'webauthn'")
    with pytest.raises(DatabaseError):
        sql(world.worker, "UPDATE mfa_authenticator SET user_id = %s", world.account("colleague"))
    assert sql(world.worker, _FACTOR, world.account("worker")) == 1


def test_whoever_acts_sees_no_log_in_and_ends_none(world: World) -> None:
    assert client_of(world.worker).get("/").status_code == 200

    for by in (world.worker, world.colleague, world.admin, world.office):
        assert sql(by, "SELECT 1 FROM django_session") == 0
        assert sql(by, "DELETE FROM django_session") == 0
        assert sql(by, "UPDATE django_session SET session_data = 'x'") == 0
    with nobody_acting(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_session")
        assert cursor.rowcount > 0


def test_addresses_of_the_library_are_for_the_owner_and_who_administers(world: World) -> None:
    theirs = "DELETE FROM account_emailaddress WHERE user_id = %s"

    for by in (world.colleague, world.office):
        assert sql(by, theirs, world.account("worker")) == 0
    assert sql(world.admin, theirs, world.account("worker")) == 1
    assert sql(world.colleague, theirs, world.account("colleague")) == 1


def test_failures_are_forgotten_by_an_administrator_and_rewritten_by_nobody(world: World) -> None:
    insert = (
        "INSERT INTO axes_accessfailurelog (username, ip_address, attempt_time, user_agent, http_accept, path_info,"
        " locked_out) VALUES ('x', '10.0.0.1', now(), '', '', '', false)"
    )
    assert sql(world.worker, insert) == 1

    assert sql(world.worker, "DELETE FROM axes_accessfailurelog") == 0
    with pytest.raises(ProgrammingError, match="permission denied"):
        sql(world.admin, "UPDATE axes_accessfailurelog SET username = 'y'")
    assert sql(world.admin, "DELETE FROM axes_accessfailurelog") == 1


_JOB = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, scheduled_at, priority)"
    " VALUES ('{queue}', '{task}', {lock}, {queueing}, '{args}', '{status}', {at}, {priority})"
)
_LETTERS: dict[str, object] = {
    "queue": "default", "task": "signin.send_letters", "lock": "NULL", "queueing": "NULL", "args": "{}", "status": "todo",
    "at": "NULL", "priority": 0,
}  # fmt: skip


@pytest.mark.parametrize("who", ["worker", "guest", "nobody"])
def test_whoever_acts_adds_letters_to_the_queue_and_changes_nothing_there(world: World, who: str) -> None:
    def trying() -> AbstractContextManager[None]:
        return nobody_acting() if who == "nobody" else acting_as(actors[who])

    actors = {"worker": acting(world.worker), "guest": acting_for_guest()}
    with trying(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'signin.send_letters', 0, NULL, NULL, '{}', NULL)"
            "::procrastinate_job_to_defer_v1])"
        )
    attempts = [_JOB.format(**_LETTERS | {name: value}) for name, value in (
        ("task", "audit.seal"), ("queue", "other"), ("queueing", "'audit-seal'"), ("lock", "'x'"), ("at", "'9999-01-01'"),
        ("args", '{"x": 1}'), ("status", "doing"), ("priority", 9),
    )]  # fmt: skip
    attempts += [
        "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp) VALUES ('audit.seal', 4102444800)",
        "INSERT INTO procrastinate_workers DEFAULT VALUES",
        "INSERT INTO procrastinate_events (job_id, type) SELECT max(id), 'started' FROM procrastinate_jobs",
    ]

    for attempt in attempts:
        with pytest.raises(ProgrammingError, match="row-level security"), trying(), connection.cursor() as cursor:
            cursor.execute(attempt)
    for statement in (
        "UPDATE procrastinate_jobs SET task_name = 'y'",
        "DELETE FROM procrastinate_jobs",
        "DELETE FROM procrastinate_events",
        "DELETE FROM procrastinate_workers",
    ):
        with trying(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount == 0


def test_an_administrator_gives_an_account_no_second_address(world: World) -> None:
    insert = "INSERT INTO account_emailaddress (user_id, email, verified, \"primary\") VALUES (%s, '{}', true, false)"
    with pytest.raises(ProgrammingError, match="row-level security"):
        sql(world.admin, insert.format("evil@example.org"), world.account("worker"))
    assert sql(world.worker, insert.format("own@example.org"), world.account("worker")) == 1

    change = "UPDATE account_emailaddress SET email = 'evil@example.org' WHERE user_id = %s"
    assert sql(world.admin, change, world.account("worker")) == 0
    assert sql(world.admin, "DELETE FROM account_emailaddress WHERE user_id = %s", world.account("worker")) == 2


@pytest.mark.parametrize("link", ["@elsewhere.example/", ".elsewhere.example/", "//elsewhere.example/"])
def test_a_letter_leads_to_the_product_alone(db: None, link: str) -> None:
    with pytest.raises(IntegrityError, match="letter_leads_to_the_product"), transaction.atomic():
        queue_letter(Letter.Kind.CONFIRM, "somebody@example.org", link=link)


def _reset(by: Appointment, world: World, **forged: object) -> int:
    values = {
        "institution_id": world.worker.institution_id,
        "holder_id": world.worker.pk,
        "holder_account_id": world.account("worker"),
        "asked_by_id": world.admin.pk,
        "asked_account_id": world.account("admin"),
        "is_approved": False,
    } | forged
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    return sql(by, f"INSERT INTO signin_factorreset ({columns}) VALUES ({marks})", *values.values())


_APPROVE = (
    "UPDATE signin_factorreset SET is_approved = true, decided_at = now(), decided_by_id = %s, decided_account_id = %s"
)


def test_the_database_finds_out_who_asks_for_a_reset_and_who_decides(world: World) -> None:
    with pytest.raises(ProgrammingError, match="in another's name"):
        _reset(world.office, world)
    own = (world.office.pk, world.account("office"))
    assert _reset(world.office, world, asked_by_id=own[0], asked_account_id=own[1]) == 1
    kept = FactorReset.objects.get()

    assert (kept.asked_by, kept.asked_account_id) == (world.office, world.account("office"))
    with pytest.raises(ProgrammingError, match="in another's name"):
        sql(world.office, _APPROVE, world.admin.pk, world.account("admin"))
    with pytest.raises(IntegrityError, match="three_accounts"):  # approves what she asked for
        sql(world.office, _APPROVE, *own)
    sql(world.admin, _APPROVE, world.admin.pk, world.account("admin"))
    kept.refresh_from_db()
    assert (kept.decided_by, kept.decided_account_id) == (world.admin, world.account("admin"))


def test_a_reset_is_of_the_institution_and_the_account_of_its_holder(world: World) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        # The holder works elsewhere; the institution that is named is her own.
        _reset(world.admin, world, holder_id=world.delegate.pk, institution_id=world.admin.institution_id)
    _reset(world.admin, world, holder_account_id=world.account("colleague"))
    for decided in (
        {"is_approved": True},
        {"decided_at": timezone.now(), "decided_by_id": world.admin.pk, "decided_account_id": world.account("admin")},
    ):
        with pytest.raises(ProgrammingError, match="asked for first"):
            _reset(world.admin, world, holder_id=world.colleague.pk, **decided)

    assert FactorReset.objects.get().holder_account_id == world.account("worker")


_PLANTED = "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (%s, 'totp', '{}', now())"


def test_only_the_approved_reset_removes_another_factor(world: World) -> None:
    _reset(world.admin, world)
    with acting_as(acting(world.office)), connection.cursor() as cursor:
        cursor.execute(_APPROVE, [world.office.pk, world.account("office")])
        for account, removed in ((world.account("colleague"), 0), (world.account("worker"), 1)):
            cursor.execute("SELECT count(*) FROM mfa_authenticator WHERE user_id = %s", [account])
            assert cursor.fetchone() == (0,)  # not even read
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                cursor.execute(_PLANTED, [account])
            cursor.execute("SELECT signin_remove_factors(%s)", [account])
            assert cursor.fetchone() == (removed,)
        cursor.execute(_ROUND, [world.account("worker")])

    FactorReset.objects.update(decided_at="2020-01-01T00:00:00Z")  # approved once, long ago
    Authenticator.objects.create(user=world.worker.user, type="totp", data={"secret": "y"})
    with acting_as(acting(world.office)), connection.cursor() as cursor:
        cursor.execute("SELECT signin_remove_factors(%s)", [world.account("worker")])
        assert cursor.fetchone() == (0,)


def test_a_reset_that_is_declined_removes_no_factor(world: World) -> None:
    _reset(world.admin, world)
    declined = _APPROVE.replace("is_approved = true", "is_approved = false")

    with acting_as(acting(world.office)), connection.cursor() as cursor:
        cursor.execute(declined, [world.office.pk, world.account("office")])
        cursor.execute("SELECT signin_remove_factors(%s)", [world.account("worker")])
        removed = cursor.fetchone()

    assert removed == (0,)
