"""The demo's register: opened with the canton, and what lies at each institution to be delivered to it.

``var/demo/register/RAV/`` and so on stand for the institutions' own machines: a file with everybody whom the institution
follows, one with changes, its key, and later the store of its client.
"""

import csv
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils import timezone

from suone.casework.cases.models import Participant, ParticipantState
from suone.demo.cast import cast_file
from suone.demo.register_people import INSTITUTIONS, Spell
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.organisation.appointments.acting import acting_of_key
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.services import create_partner_system
from suone.organisation.institutions.models import Institution, Office
from suone.records.persons.ahv import compact, formatted
from suone.records.persons.models import Number
from suone.register.client.checking import Registration
from suone.register.client.pushing import CHANGES, SNAPSHOT
from suone.register.server import epochs
from suone.register.server.models import Enrolment
from suone.register.server.services import enrol
from suone.register.server.tokens import live_epochs

_Files = dict[str, dict[str, list[Registration]]]  # institution → kind of delivery → rows

_LEGAL_BASES = {
    "RAV": "AVIG Art. 85f",
    "IV": "IVG Art. 68bis",
    "SMZ": "GES (SGS/VS 850.1)",
    "BSL": "BBG Art. 49–51",
    "AfAw": "GES (SGS/VS 850.1)",
}
_HEADER = ("AHV-Nummer", "Von", "Bis", "Stelle", "Zuständig", "Referenz", "Zugewiesen von")
_MAIN_REGION = "sitten"  # where an institution without an office in a region follows its people
_ONE_IN = 40  # so many have a responsible worker; of the others the demo's directory does not know theirs
_FIRST_DAY = date(2025, 1, 8)  # of the cast's registrations, at the earliest: the years before have published figures


# ---- opening


def is_open() -> bool:
    """Whether the register was opened already, and for whom."""
    with acting_as(acting_for_job("demo: is the register open")):
        return bool(live_epochs()) and Enrolment.objects.exists()


def open_register() -> None:
    """The first epoch with its keys, and the institutions that take part.

    Raises ``LibsodiumMissing`` where it is, and ``Refused`` where keys of another register lie in the way.
    """
    if not live_epochs():
        epochs.open_epoch()
        shutil.rmtree(folder(), ignore_errors=True)  # of a register before this one
    let_institutions_take_part()


def let_institutions_take_part() -> None:
    """Each on its legal basis, with somebody who answers for it."""
    acting = acting_for_job("demo: let institutions take part in the register")
    with acting_as(acting):
        for code, basis in _LEGAL_BASES.items():
            institution = Institution.objects.get(code=code)
            enrol(
                acting,
                institution=institution,
                legal_basis=basis,
                responsible=_responsible(institution),
                began_on=acting.today,
            )


def awaited() -> list[tuple[str, str]]:
    """Deliveries that have not come in yet: institution and kind, everybody's first files before anybody's changes."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT i.code, d.kind FROM register.delivery d JOIN institutions_institution i ON i.id = d.institution"
            " WHERE d.state = 'applied'"
        )
        there = set(cursor.fetchall())
    return [(code, kind) for kind in (SNAPSHOT, CHANGES) for code in INSTITUTIONS if (code, kind) not in there]


def key_of(code: str) -> str:
    """The key of the institution's system, made at its first use."""
    path = folder() / code / "register.key"
    if path.exists() and acting_of_key(path.read_text()) is not None:
        return path.read_text()
    acting = acting_for_job("demo: let the institutions' systems in")
    with acting_as(acting):
        institution = Institution.objects.get(code=code)
        responsible = _responsible(institution)
        _system, key = create_partner_system(
            acting, institution=institution, name=f"Demo {code}", responsible=responsible
        )
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(key)
    return key


def _responsible(institution: Institution) -> Appointment:
    contacts = Appointment.objects.filter(institution=institution).working(on=timezone.localdate())
    return contacts.holding(Role.CONTACT_PERSON).order_by("pk")[0]


# ---- what lies at the institutions


def folder() -> Path:
    return Path(settings.VAR) / "demo" / "register"


def file_of(code: str, kind: str) -> Path:
    """The institution's file for this kind of delivery."""
    return folder() / code / f"{kind}.csv"


def are_laid_out() -> bool:
    """Whether the institutions have their files: the same ones are delivered after a break."""
    return folder().exists()


def lay_out_files(spells: Sequence[Spell]) -> None:
    """Write every institution's files: these people's registrations and those of the cast."""
    with acting_as(acting_for_job("demo: files for the register")):
        files = _files(spells)
    unfinished = folder().with_name("register-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for code, kinds in files.items():
        (unfinished / code).mkdir(parents=True, mode=0o700)
        for kind, rows in kinds.items():
            _write(unfinished / code / f"{kind}.csv", rows)
    unfinished.rename(folder())


def _files(spells: Sequence[Spell]) -> _Files:
    cast = _Cast()
    files: _Files = {code: {SNAPSHOT: [], CHANGES: []} for code in INSTITUTIONS}
    for code, row in chain(_rows(spells), cast.formerly_followed(), cast.followed_in_cases()):
        files[code][SNAPSHOT].append(row)
    for code, row in cast.newly_followed():
        files[code][CHANGES].append(row)
    for kinds in files.values():
        kinds[SNAPSHOT].sort(key=lambda row: (row.number, row.valid_from))
    return files


def _rows(spells: Sequence[Spell]) -> Iterator[tuple[str, Registration]]:
    """Each with an office of the region, few with a worker, and a reference of the institution."""
    offices = _offices()
    workers = _workers()
    counts = dict.fromkeys(INSTITUTIONS, 0)
    for spell in spells:
        code = spell.institution
        counts[code] += 1
        there = offices.get((code, spell.region)) or offices[code, _MAIN_REGION]
        office = there[counts[code] % len(there)]
        known = workers.get(office, [])
        worker = known[counts[code] // _ONE_IN % len(known)] if known and counts[code] % _ONE_IN == 0 else ""
        reference = f"{code}-{counts[code]:05d}"
        yield (
            code,
            Registration(
                spell.number, spell.first_day, spell.last_day, str(office), worker, reference, spell.referred_by
            ),
        )


def _offices() -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    rows = Office.objects.exclude(region=None).order_by("pk").values_list("institution__code", "region__code", "pk")
    for code, region, number in rows:
        found.setdefault((code, region), []).append(number)
    return found


def _workers() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    staff = Appointment.objects.working(on=timezone.localdate()).holding(Role.FRONT_LINE_WORKER)
    for office, address in staff.exclude(office=None).order_by("pk").values_list("office_id", "email"):
        found.setdefault(office, []).append(address)
    return found


class _Cast:
    """The persons of the cast: registered where they are followed in their cases, so that asking gives an answer."""

    def __init__(self) -> None:
        self._today = timezone.localdate()
        self._numbers = {one["key"]: compact(one.get("ahv_number", "")) for one in cast_file()["person"]}
        self._staff = {one["key"]: one["email"] for one in cast_file()["staff"]}
        numbers = Number.objects.filter(until=None, digits__in=set(self._numbers.values()) - {None})
        held: dict[int, str | None] = dict(numbers.values_list("dossier_id", "digits"))
        self._taking_part = {
            (one.institution.code, held[one.dossier_id]): one
            for one in Participant.objects.filter(
                state=ParticipantState.TAKING_PART,
                institution__code__in=INSTITUTIONS,
                dossier_id__in=held,
            )
            .select_related("institution", "dossier", "staff")
            .order_by("pk")
        }

    def followed_in_cases(self) -> Iterator[tuple[str, Registration]]:
        """Some weeks before each case, by the worker who follows it, under the case's number."""
        later = {(one["institution"], self._numbers[one["person"]]) for one in cast_file()["newly_followed"]}
        for place, (code, number) in enumerate(self._taking_part):
            if (code, number) not in later:
                days = 95 + place * 37 % 200
                yield code, self._row(code, number, self._ago(days), None, self._worker_in_case(code, number))

    def formerly_followed(self) -> Iterator[tuple[str, Registration]]:
        """Over a year ago, for half a year."""
        for one in cast_file()["formerly_followed"]:
            first = self._ago(560)
            last = first + timedelta(days=180)
            yield one["institution"], self._row(one["institution"], self._numbers[one["person"]], first, last, "")

    def newly_followed(self) -> Iterator[tuple[str, Registration]]:
        """Since yesterday: what both sides are notified of."""
        for one in cast_file()["newly_followed"]:
            code, number = one["institution"], self._numbers[one["person"]]
            yield code, self._row(code, number, self._ago(1), None, self._staff[one["worker"]])

    def _row(self, code: str, number: str | None, first: date, last: date | None, worker: str) -> Registration:
        assert number is not None
        taking_part = self._taking_part.get((code, number))
        reference = taking_part.dossier.number if taking_part else f"{code}-{first.year}-{number[8:12]}"
        staff = Appointment.objects.filter(institution__code=code, email=worker).first() if worker else None
        office = str(staff.office_id) if staff and staff.office_id else ""
        return Registration(number, first, last, office, worker, reference, "")

    def _worker_in_case(self, code: str, number: str | None) -> str:
        staff = self._taking_part[code, number].staff
        return staff.email if staff else ""

    def _ago(self, days: int) -> date:
        return max(self._today - timedelta(days=days), _FIRST_DAY)


def _write(path: Path, rows: Sequence[Registration]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_HEADER)
        writer.writerows(_cells(row) for row in rows)


def _cells(row: Registration) -> tuple[Any, ...]:
    until = row.valid_until or ""
    return formatted(row.number), row.valid_from, until, row.office, row.worker, row.reference, row.referred_by
