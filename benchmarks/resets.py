"""Whether the time of an answer tells who has an account: a reset of the password, and a log-in with a wrong one.

benchmarks/resets.py [PAIRS]          2'000 otherwise; for the log-in, whose password is hashed, a tenth of it

Requests for a known and an unknown address alternate in drawn order, through the whole stack of the application as the
app's role. Limits by address are cleared between requests: what a patient attacker reaches over days is measured here.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from statistics import median, quantiles

import embedded_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
os.environ.setdefault("SUONE_LOG_LEVEL", "ERROR")
_PAIRS = 2000
_DRAWS = 1000
_WARM_UP = 50


def main() -> None:
    """Print for each question the medians, what lies between them, and how often one request tells both apart."""
    embedded_server.start()
    from django.conf import settings
    from django.db import connection

    from suone.config.tests import databases

    as_owner = embedded_server.owner_settings()
    as_app = {part: connection.settings_dict[part] for part in ("HOST", "PORT", "USER", "PASSWORD")}
    connection.settings_dict.update(as_owner)
    name, before = f"bench_resets_{os.getpid()}", connection.settings_dict["NAME"]
    databases.make_migrated(name)
    connection.settings_dict["NAME"] = name
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else _PAIRS
    try:
        known = _accounts(pairs)
        connection.close()
        connection.settings_dict.update(as_app)
        settings.ALLOWED_HOSTS = ["testserver"]
        settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        _compare("reset", _reset, known, pairs)
        _compare("wrong log-in", _log_in, known, max(pairs // 10, 1))
    finally:
        connection.close()
        connection.settings_dict.update(as_owner | {"NAME": before})
        databases.drop(name)


def _accounts(count: int) -> list[str]:
    from django.contrib.auth.hashers import make_password

    from suone.ground.access.models import User

    password = make_password("Demo-only-4711")
    addresses = [f"known-{number:06}@example.org" for number in range(count)]
    User.objects.bulk_create(User(email=address, password=password) for address in addresses)
    return addresses


def _reset(address: str) -> None:
    _post("/accounts/password/reset/", {"email": address}, 302)


def _log_in(address: str) -> None:
    _post("/accounts/login/", {"login": address, "password": "not-the-password"}, 200)


def _post(path: str, typed: dict[str, str], status: int) -> None:
    from django.test import Client

    answer = Client().post(path, typed)
    assert answer.status_code == status, answer.status_code


def _compare(name: str, ask: Callable[[str], None], known: list[str], pairs: int) -> None:
    from django.core.cache import cache

    drawn = random.Random(4711)
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(-min(_WARM_UP, pairs), pairs):
        both = [True, False]
        drawn.shuffle(both)
        for is_known in both:
            address = known[number] if is_known else known[number].replace("known", "other")
            cache.clear()  # the limits of the libraries
            began = time.perf_counter()
            ask(address)
            if number >= 0:
                times[is_known].append((time.perf_counter() - began) * 1000)
    _print(name, times[True], times[False], drawn)


def _print(name: str, known: list[float], unknown: list[float], drawn: random.Random) -> None:
    differences = sorted(
        median(drawn.choices(known, k=len(known))) - median(drawn.choices(unknown, k=len(unknown)))
        for _draw in range(_DRAWS)
    )
    low, high = differences[_DRAWS // 40], differences[-_DRAWS // 40]
    sys.stdout.write(f"{name}, {len(known)} pairs\n")
    for whose, taken in (("known", known), ("unknown", unknown)):
        first, _middle, third = quantiles(taken, n=4)
        sys.stdout.write(f"  {whose}: median {median(taken):.2f} ms, quartiles {first:.2f} and {third:.2f}\n")
    difference = median(known) - median(unknown)
    sys.stdout.write(f"  difference of the medians {difference:+.2f} ms, 95 % between {low:+.2f} and {high:+.2f}\n")
    sys.stdout.write(f"  a known one takes longer than an unknown one in {_longer(known, unknown):.1%} of all pairs\n")
    sys.stdout.write(f"  largest distance of the two distributions {_distance(known, unknown):.3f}\n")


def _longer(known: list[float], unknown: list[float]) -> float:
    """How often one request of each is told apart by its time; a half says nothing."""
    ranked = sorted([(taken, True) for taken in known] + [(taken, False) for taken in unknown])
    below = won = 0
    for _taken, is_known in ranked:
        won += below if is_known else 0
        below += not is_known
    return won / (len(known) * len(unknown))


def _distance(known: list[float], unknown: list[float]) -> float:
    """Kolmogorov's distance: where the share of faster requests differs most."""
    ranked = sorted([(taken, 1 / len(known)) for taken in known] + [(taken, -1 / len(unknown)) for taken in unknown])
    gap = largest = 0.0
    for _taken, share in ranked:
        gap += share
        largest = max(largest, abs(gap))
    return largest


if __name__ == "__main__":
    main()
