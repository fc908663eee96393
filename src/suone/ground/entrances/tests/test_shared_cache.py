"""What is counted holds for every web process: here each connection stands for one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.cache import cache, caches
from django.db import connection

from suone.ground.entrances.models import Shared
from suone.ground.entrances.shared_cache import SharedCache, forget_expired

pytestmark = pytest.mark.django_db


def test_the_products_cache_is_the_shared_one() -> None:
    assert isinstance(caches["default"], SharedCache)


def test_values_are_kept_until_their_time_is_over() -> None:
    cache.set("history", [1.5, 2], timeout=60)
    cache.set("over", "y", timeout=0)

    assert cache.get("history") == [1.5, 2]
    assert cache.get("over", "nothing") == "nothing"
    assert cache.touch("history", timeout=0)
    assert cache.get("history") is None
    assert not cache.touch("history")


def test_a_value_is_added_once_and_again_after_its_time() -> None:
    assert cache.add("code", "y", timeout=30)
    assert not cache.add("code", "z", timeout=30)
    assert cache.get("code") == "y"

    cache.touch("code", timeout=0)

    assert cache.add("code", "z", timeout=30)


def test_a_count_goes_on_from_where_it_stands_and_nothing_is_counted_without_a_beginning() -> None:
    cache.add("tries", 0, timeout=60)

    assert [cache.incr("tries"), cache.incr("tries", 3)] == [1, 4]
    with pytest.raises(ValueError, match="other"):
        cache.incr("other")
    cache.touch("tries", timeout=0)
    with pytest.raises(ValueError, match="tries"):
        cache.incr("tries")


def test_keys_are_not_readable_in_the_table() -> None:
    cache.set("wrong-tries:192.0.2.7", 1, timeout=60)

    assert [len(key) for key in Shared.objects.values_list("key", flat=True)] == [64]
    assert cache.delete("wrong-tries:192.0.2.7")
    assert not cache.delete("wrong-tries:192.0.2.7")


def test_what_has_expired_is_deleted_and_the_rest_stays() -> None:
    cache.set("over", 1, timeout=0)
    cache.set("for ever", 1, timeout=None)

    assert forget_expired() == 1
    assert cache.get("for ever") == 1


@pytest.fixture
def emptied() -> Iterator[None]:
    yield
    cache.clear()


@pytest.mark.django_db(transaction=True)
def test_of_two_processes_with_the_same_code_one_is_let_in(emptied: None) -> None:
    together = Barrier(2)

    def enter(_process: int) -> bool:
        try:
            together.wait()
            return bool(cache.add("code", "y", timeout=30))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as processes:
        assert sorted(processes.map(enter, range(2))) == [False, True]
