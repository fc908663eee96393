"""Whether time tells which addresses have an account: resets and failed log-ins, in a database of its own.

benchmarks/logins.py [REQUESTS]         of each kind, 300 otherwise

Known and unknown addresses are asked in turn, in an order drawn anew for each pair. The area under the curve says how
often a request for a known address takes longer than one for an unknown one: 0.5 tells nothing, 1 (or 0) tells all.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
_REQUESTS = 300
_WARM_UP = 20
_MOST = 0.6


def main() -> None:
    """Print the area under the curve for each kind of request; end with an error where one tells too much."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from suone.config import embedded, prepare

    embedded.start(settings.VAR)
    prepare.prepare_embedded(settings.VAR)
    owner = settings.DATABASES["owner"]
    connection.settings_dict.update(
        {part: owner[part] for part in ("HOST", "PORT", "USER", "PASSWORD") if part in owner}
    )
    connection.settings_dict["TEST"]["NAME"] = f"bench_logins_{os.getpid()}"
    settings.ALLOWED_HOSTS = ["*"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.ACCOUNT_RATE_LIMITS = False  # what is measured is one request, not that so many are refused
    settings.LOGIN_FAILURES_BY_ADDRESS = 10**6
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        told = _measure(int(sys.argv[1]) if len(sys.argv) > 1 else _REQUESTS)
    finally:
        connection.creation.destroy_test_db(str(settings.DATABASES["default"]["NAME"]), verbosity=0)
    if told > _MOST:
        raise SystemExit(f"Time tells known from unknown addresses: {told:.2f} is more than {_MOST}.")


def _measure(requests: int) -> float:
    from axes.models import AccessFailureLog
    from django.test import Client

    from suone.access.models import User

    for number in range(requests + _WARM_UP):
        User.objects.create_user(email=f"known{number}@example.org", password="Long-enough-4711")

    def reset(address: str) -> None:
        answer = Client().post("/accounts/password/reset/", {"email": address})
        assert answer.status_code == 302, answer.status_code

    def log_in(address: str) -> None:
        answer = Client().post("/accounts/login/", {"login": address, "password": "wrong"})
        assert answer.status_code == 200, answer.status_code

    worst = 0.5
    print("| request | known, ms | unknown, ms | area under the curve |")
    print("|---|--:|--:|--:|")
    for name, ask in (("reset of a password", reset), ("log-in with a wrong password", log_in)):
        known, unknown = _times(ask, requests)
        AccessFailureLog.objects.all().delete()
        area = _area(known, unknown)
        worst = max(worst, area, 1 - area)
        print(f"| {name} | {median(known) * 1000:.2f} | {median(unknown) * 1000:.2f} | {area:.3f} |")
    return worst


def _times(ask: Callable[[str], None], requests: int) -> tuple[list[float], list[float]]:
    """How long each request took, for addresses with an account and for others."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(requests + _WARM_UP):
        for kind in random.sample(["known", "unknown"], 2):
            began = time.perf_counter()
            ask(f"{kind}{number}@example.org")
            if number >= _WARM_UP:
                times[kind].append(time.perf_counter() - began)
    return times["known"], times["unknown"]


def _area(known: list[float], unknown: list[float]) -> float:
    """How often one of the first is longer than one of the second; equal ones count half."""
    longer = sum((one > other) + (one == other) / 2 for one in known for other in unknown)
    return longer / (len(known) * len(unknown))


if __name__ == "__main__":
    main()
