"""Random deliveries beside a model of plain sets: the same registrations, the same overlaps, the same alerts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from suone.organisation.appointments.models import Appointment
from suone.records.consents.tests.factories import Cast
from suone.register.server import queries, services
from suone.register.server.models import Alert
from suone.register.server.services import Registering
from suone.register.server.tests.factories import deliver, do, number_of, row
from suone.register.server.tokens import EpochInfo

DAYS = [date(2026, 1, 5), date(2026, 2, 2), date(2026, 3, 2)]
PERSONS = [1, 2, 3, 4]

Registration = tuple[int, date]  # person, first day


@dataclass(frozen=True)
class Sent:
    """Something an institution (0 or 1) sends to the register."""

    by: int
    kind: str
    rows: dict[Registration, date | None]


@dataclass
class Model:
    """The register as plain sets."""

    known: list[dict[Registration, date | None]] = field(default_factory=lambda: [{}, {}])
    alerts: list[tuple[int, int]] = field(default_factory=list)  # who is notified, about which person

    def take(self, sent: Sent, today: date) -> int:
        own, other = self.known[sent.by], self.known[1 - sent.by]
        is_first = not own and sent.kind != "single"
        was_open = {person for (person, _first), until in own.items() if until is None}
        still_open = set()
        for (person, first), until in sent.rows.items():
            if until is None:
                corrected = [known for known, end in own.items() if known[0] == person and end is None]
                corrected = [known for known in corrected if known not in sent.rows]
                if (person, first) not in own:
                    for known in corrected:
                        del own[known]
                    still_open |= {person} if corrected else set()
                elif own[person, first] is None:
                    still_open.add(person)
            own[person, first] = until
        if sent.kind == "snapshot":
            for (person, first), until in list(own.items()):
                if until is None and (person, first) not in sent.rows:
                    own[person, first] = max(first, today)
        begun = {person for (person, _first), until in sent.rows.items() if until is None} - still_open
        assert still_open <= was_open
        met = [person for person in begun for (who, _first), until in other.items() if who == person and until is None]
        if not is_first:
            self.alerts += [(side, person) for person in met for side in (0, 1)]
        return len(met)

    def open_at(self, institution: int) -> set[int]:
        return {person for (person, _first), until in self.known[institution].items() if until is None}


@st.composite
def sendings(draw: st.DrawFn) -> Sent:
    """At most one open registration of a person in a file, as the client makes sure."""
    kind = draw(st.sampled_from(["snapshot", "snapshot", "changes", "single"]))
    most = 1 if kind == "single" else 4
    rows: dict[Registration, date | None] = {}
    running: set[int] = set()
    for person, first in draw(st.lists(st.tuples(st.sampled_from(PERSONS), st.sampled_from(DAYS)), max_size=most)):
        until = draw(st.sampled_from([None, None, first + timedelta(days=20)]))
        if until is None and (person in running or (person, first) in rows):
            continue
        running |= {person} if until is None else set()
        rows.setdefault((person, first), until)
    return Sent(draw(st.integers(0, 1)), kind, rows)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sendings_of_both=st.lists(sendings(), max_size=7))
def test_random_deliveries_give_what_plain_sets_give(
    cast: Cast, epoch: EpochInfo, sendings_of_both: list[Sent]
) -> None:
    staff = [cast.worker, cast.adviser]
    model, today = Model(), timezone.localdate()
    with transaction.atomic():
        for sent in sendings_of_both:
            found = _tell(staff[sent.by], sent, epoch)
            assert found == model.take(sent, today)
            _compare(staff, model)
        event(f"alerts: {min(len(model.alerts), 4)}")
        transaction.set_rollback(True)


def _tell(staff: Appointment, sent: Sent, epoch: EpochInfo) -> int | None:
    if sent.kind == "single":
        overlaps = 0
        for (person, first), until in sent.rows.items():
            typed = Registering(number_of(person), first, until, reference=f"R-{person}")
            overlaps += do(staff, services.register_person, registering=typed)
        return overlaps
    rows = [row(epoch, person, valid_from=first, valid_until=until) for (person, first), until in sent.rows.items()]
    return deliver(staff, rows, sent.kind).overlaps


def _compare(staff: Sequence[Appointment], model: Model) -> None:
    for institution, somebody in enumerate(staff):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reference, valid_from, valid_until FROM register.registration WHERE institution = %s",
                [somebody.institution_id],
            )
            kept = {(int(reference[2:]), first): until for reference, first, until in cursor.fetchall()}
        assert kept == model.known[institution]
        shared = {int(overlap.reference[2:]) for overlap in do(somebody, queries.overlaps)}
        assert shared == model.open_at(0) & model.open_at(1)
    alerts: list[Any] = list(Alert.objects.values_list("institution_id", "reference"))
    sides = {somebody.institution_id: institution for institution, somebody in enumerate(staff)}
    assert sorted((sides[who], int(reference[2:])) for who, reference in alerts) == sorted(model.alerts)


def test_the_model_can_fail(cast: Cast, epoch: EpochInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: a delivery that the model does not know is noticed."""
    sent = Sent(0, "changes", {(1, DAYS[0]): None})
    model = Model()
    model.take(sent, timezone.localdate())

    with pytest.raises(AssertionError):
        _compare([cast.worker, cast.adviser], model)
