"""A hundredth of the demo's register and the cast, delivered by the institutions' clients through the API."""

from collections import Counter
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from requests.adapters import BaseAdapter

from suone.demo import register_story
from suone.demo.filling import deliver
from suone.demo.register_people import INSTITUTIONS, Spell, registrations
from suone.demo.seed import fill_in
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.organisation.appointments.acting import acting_of
from suone.organisation.appointments.models import Appointment
from suone.register.client.pushing import CHANGES, SNAPSHOT
from suone.register.server import epochs, queries, services
from suone.register.server.models import Alert
from suone.register.server.rules import Purpose

ADDRESS = "http://localhost"


class _ToTheTestClient(BaseAdapter):
    """Carries the client's requests to the product in this process."""

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        answer = Client().generic(
            request.method or "GET",
            urlsplit(request.url or "").path,
            request.body or b"",
            content_type="application/json",
            headers={name: value for name, value in request.headers.items() if name != "Content-Length"},
        )
        carried = requests.Response()
        carried.status_code = answer.status_code
        carried._content = answer.content
        carried.headers.update(answer.headers)
        return carried

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def spells(db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[Spell]:
    """Every hundredth person, delivered with the cast by all institutions, and then their changes."""
    settings.VAR = tmp_path
    settings.REGISTER_KEYS_FOLDER = str(tmp_path / "keys")
    monkeypatch.setattr(requests.Session, "get_adapter", lambda session, url: _ToTheTestClient())
    fill_in()
    epochs.open_epoch(using="default")
    register_story.let_institutions_take_part()
    everybody = registrations(today=date(2026, 11, 25))
    some = set(sorted({spell.number for spell in everybody})[::100])
    sample = [spell for spell in everybody if spell.number in some]
    register_story.lay_out_files(sample)
    for kind in (SNAPSHOT, CHANGES):
        for code in INSTITUTIONS:
            assert deliver(ADDRESS, code, kind).refused == []
    return sample


def test_the_register_counts_what_plain_sets_count_and_reports_the_changes(spells: list[Spell]) -> None:
    for day in (date(2023, 12, 31), date(2024, 12, 31)):
        _compare(spells, day)

    job = acting_for_job("test")
    with acting_as(job):
        services.notify_of_new_overlaps(job)
        alerts = Alert.objects.values_list("institution__code", "other_institution__code", "is_quiet")
        counted = Counter(f"{one} {other}" for one, other, is_quiet in alerts if not is_quiet)
        quiet = Counter(f"{one} {other}" for one, other, is_quiet in alerts if is_quiet)
    assert counted == _both_ways("IV RAV", "IV SMZ", "BSL RAV", "BSL SMZ", "AfAw RAV", "AfAw SMZ")
    assert quiet == _both_ways("RAV SMZ", "RAV IV", "SMZ RAV", "SMZ AfAw")

    peter = "756.9217.0769.85"
    rahel = acting_of(Appointment.objects.select_related("institution").get(email="rahel.kalbermatten@example.org"))
    with acting_as(rahel):
        answer = services.look_up_person(rahel, number=peter, purpose=Purpose.COORDINATION)
    found = {one.institution: one for one in answer.found}
    assert {code: one.until is None for code, one in found.items()} == {"RAV": True, "IV": True, "BSL": False}
    assert found["RAV"].contact is not None
    assert found["RAV"].contact.name == "Thomas Pfammatter"


def _both_ways(*pairs: str) -> Counter[str]:
    return Counter(pairs) + Counter(" ".join(reversed(pair.split())) for pair in pairs)


def _compare(spells: list[Spell], day: date) -> None:
    job = acting_for_job("test")
    with acting_as(job):
        figures = queries.figures(job, day=day)
    assert figures is not None
    place = {one.institution.code: one.place for one in figures.enrolments}
    followed: dict[str, set[str]] = {}
    for spell in spells:
        if spell.first_day <= day and (spell.last_day is None or spell.last_day >= day):
            followed.setdefault(spell.number, set()).add(spell.institution)

    assert figures.followed.persons == len(followed)
    assert figures.followed.shared == sum(len(by) > 1 for by in followed.values())
    assert figures.followed.of == Counter(place[one] for by in followed.values() for one in by)
    assert figures.followed.pairs == Counter(
        pair for by in followed.values() for pair in combinations(sorted(place[one] for one in by), 2)
    )
    assert {(one.code, other.code): persons for one, other, persons in figures.referrals} == Counter(
        (one.referred_by, one.institution) for one in spells if one.referred_by and one.first_day.year == day.year
    )
