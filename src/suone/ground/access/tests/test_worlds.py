"""What fixtures for many tests promise: built once, and each test starts from what was built."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from suone.ground.access.models import User
from suone.ground.access.tests import worlds
from suone.ground.access.tests.worlds import Plan, Worlds, kept

pytestmark = pytest.mark.django_db


def _ada() -> User:
    return User.objects.create(email="ada@example.org")


def _friend(ada: User) -> User:
    return User.objects.create(email=f"friend.of.{ada.email}")


ADA = Plan("ada", _ada, ())
FRIEND = Plan("friend", _friend, (ADA,))
BEA = Plan("bea", lambda: User.objects.create(email="bea@example.org"), ())


@pytest.fixture
def stack(db: None) -> Iterator[Worlds]:
    """Inside the test, as the suite's own is outside."""
    stack = Worlds(keeping=True)
    yield stack
    stack.take_down()


def _there() -> list[str]:
    return sorted(User.objects.values_list("email", flat=True))


def test_what_is_asked_for_again_is_not_built_again(stack: Worlds) -> None:
    stack.arrange([ADA, FRIEND])
    first = stack.levels[1].copy().pk

    stack.arrange([ADA, FRIEND])

    assert stack.levels[1].copy().pk == first
    assert _there() == ["ada@example.org", "friend.of.ada@example.org"]


def test_a_test_above_leaves_nothing_behind(stack: Worlds) -> None:
    stack.arrange([ADA])

    with transaction.atomic():
        User.objects.update(email="changed@example.org")
        transaction.set_rollback(True)

    assert _there() == ["ada@example.org"]


def test_what_is_not_asked_for_is_not_there(stack: Worlds) -> None:
    stack.arrange([ADA, FRIEND])

    stack.arrange([ADA])
    with_one = _there()
    stack.arrange([BEA])

    assert with_one == ["ada@example.org"]
    assert _there() == ["bea@example.org"]


def test_nothing_is_there_at_the_end(stack: Worlds) -> None:
    stack.arrange([ADA, FRIEND])

    stack.take_down()

    assert _there() == []


def test_each_gets_a_copy(stack: Worlds) -> None:
    stack.arrange([ADA])
    stack.levels[0].copy().email = "changed@example.org"

    assert stack.levels[0].copy().email == "ada@example.org"


def test_what_fails_is_left_to_the_test(stack: Worlds) -> None:
    stack.arrange([ADA, Plan("twice", lambda ada: _ada(), (ADA,))])

    assert [level.plan for level in stack.levels] == [ADA]
    assert _there() == ["ada@example.org"]


def test_yesterdays_world_is_built_anew(stack: Worlds) -> None:
    stack.arrange([ADA])
    before = stack.levels[0].copy().pk
    stack.day = timezone.localdate() - timedelta(days=1)

    stack.arrange([ADA])

    assert stack.levels[0].copy().pk != before
    assert _there() == ["ada@example.org"]


def test_what_waits_for_a_commit_is_judged_when_it_is_built(stack: Worlds) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE once (one integer UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP")

    def twice() -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO once VALUES (1), (1)")

    stack.arrange([Plan("twice", twice, ())])

    assert stack.levels == []
    with transaction.atomic():
        twice()  # judged later, and here never
        transaction.set_rollback(True)


def test_what_waits_for_nothing_does_not_wait_because_of_a_world_or_a_test_before(stack: Worlds) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE once (one integer UNIQUE DEFERRABLE) ON COMMIT DROP")
        stack.arrange([ADA])
        with transaction.atomic():
            with transaction.atomic():
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            transaction.set_rollback(True)
        stack.arrange([ADA])

        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("INSERT INTO once VALUES (1), (1)")


@kept
def ada() -> User:
    return _ada()


@pytest.fixture
def hashed(settings: Any) -> str:
    return str(settings.SECRET_KEY)


@kept
def bound(ada: User, hashed: str) -> User:
    return _friend(ada)


@kept
def friend(ada: User) -> User:
    return _friend(ada)


@pytest.mark.parametrize("turn", range(3))
def test_a_kept_fixture_is_below_the_transaction_of_the_test(
    ada: User, friend: User, turn: int, request: pytest.FixtureRequest
) -> None:
    plans = [plan.name for plan in worlds.plans_of(request.node)]
    seen = _there()
    User.objects.all().delete()

    assert plans == ["ada", "friend"]
    assert seen == ["ada@example.org", "friend.of.ada@example.org"]
    assert (ada.email, friend.email) == ("ada@example.org", "friend.of.ada@example.org")


def test_what_depends_on_another_kind_of_fixture_is_built_for_each_test(
    bound: User, request: pytest.FixtureRequest
) -> None:
    assert [plan.name for plan in worlds.plans_of(request.node)] == ["ada"]
    assert _there() == ["ada@example.org", "friend.of.ada@example.org"]


def test_whoever_asks_for_nothing_finds_nothing() -> None:
    assert _there() == []


@pytest.mark.django_db(transaction=True)
def test_in_tests_that_commit_everything_is_built_anew(ada: User, request: pytest.FixtureRequest) -> None:
    assert worlds.plans_of(request.node) == []
    assert not connection.in_atomic_block
    assert _there() == ["ada@example.org"]
