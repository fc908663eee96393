"""What kept acts allow, in plain Python: whom, which categories, which power, from when until when.

The same is written in SQL by the packages whose acts they are (``sql/acts.sql``); no grant goes further. Here the rows of a
world are varied, so that acts of all kinds and states lie in it.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from tests.reference.model import LEAD, READ, WRITE, Row, World

ALL, HEALTH = 2047, 16
MANDATE = 1 | 2 | HEALTH | 1024  # identity, employment, health, administrative
FOR_EVER = datetime(9999, 12, 31, tzinfo=UTC)
_NEVER = datetime(1, 1, 2, tzinfo=UTC)
_ZURICH = ZoneInfo("Europe/Zurich")
_ASKED = (
    "SELECT act_id, dossier_id, institution_id, staff_id, categories, power, valid_from, valid_until, legal_basis"
    " FROM dossiers_allowed(%s, %s)"
)


@dataclass(frozen=True)
class Allowance:
    act: int
    dossier: int
    institution: int | None
    staff: int | None
    categories: int
    power: int
    begins: datetime
    ends: datetime
    basis: str


def allowed(world: World, word: str) -> set[Allowance]:
    """What the acts of this word allow; nothing that is empty."""
    return {one for one in _ACTS[word](world) if one.categories and one.begins < one.ends}


def in_database(connection: psycopg.Connection[Any], word: str, number: int | None = None) -> list[Allowance]:
    """What PostgreSQL says that they allow: all of them, or the one with this number."""
    return [Allowance(*row) for row in connection.execute(_ASKED, [word, number])]


def _rows(world: World, table: str) -> list[Row]:
    return list(world.rows[table].values())


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, _ZURICH).astimezone(UTC)


def _was_officer(world: World, staff: int | None, at: datetime) -> bool:
    day = at.astimezone(_ZURICH).date()
    return any(
        role["appointment_id"] == staff
        and role["role"] == "medical_officer"
        and role["valid_from"] <= day
        and (role["valid_until"] is None or role["valid_until"] >= day)
        and (role["ended_at"] is None or role["ended_at"] > at)
        and (not role["needs_approval"] or role["is_beginning"] or role["approved_at"] is not None)
        for role in _rows(world, "appointments_heldrole")
    )


def _officer_until(world: World, staff: int | None) -> datetime:
    """Until when they are a medical officer without a break; the beginning of time where they are none today."""
    office = world.rows["appointments_appointment"].get(staff or 0)
    if office is None or office["ended_at"] is not None:
        return _NEVER
    spells = sorted(
        (max(role["valid_from"], office["active_from"] or date.min),
         min(role["valid_until"] or date.max, office["active_until"] or date.max))
        for role in _rows(world, "appointments_heldrole")
        if role["appointment_id"] == staff and role["role"] == "medical_officer" and role["ended_at"] is None
        and (not role["needs_approval"] or role["is_beginning"] or role["approved_at"] is not None)
    )  # fmt: skip
    today = world.at.astimezone(_ZURICH).date()
    last = today - timedelta(days=1)
    for first, until in spells:
        goes_on = first <= today or first - timedelta(days=1) <= last
        if goes_on and until >= today:
            last = max(last, until)
        if last == date.max:
            return FOR_EVER
    return _start_of(last + timedelta(days=1)) if last >= today else _NEVER


def _notifications(world: World) -> Iterator[Allowance]:
    """To whoever opened the file, all but health, until they hand it over."""
    for number in _rows(world, "persons_number"):
        file = world.rows["dossiers_dossier"].get(number["dossier_id"])
        if file is not None and number["recorded"] == "given":
            ends = file["handed_over_at"] or FOR_EVER
            yield Allowance(
                file["id"], file["id"], number["institution_id"], None, ALL & ~HEALTH, LEAD,
                file["opened_at"], ends, "own-notification",
            )  # fmt: skip


def _emergencies(world: World) -> Iterator[Allowance]:
    for row in _rows(world, "dossiers_emergency"):
        is_officer = _was_officer(world, row["staff_id"], row["at"])
        categories = ALL if is_officer else ALL & ~HEALTH
        yield Allowance(
            row["id"],
            row["dossier_id"],
            None,
            row["staff_id"],
            categories,
            WRITE,
            row["at"],
            min(row["until"], _officer_until(world, row["staff_id"])) if is_officer else row["until"],
            "break-glass",
        )


def _consents(world: World) -> Iterator[Allowance]:
    """As signed and not taken back; health for a medical officer who is named, and for nobody else."""
    for line in _rows(world, "consents_consentrecipient"):
        consent = world.rows["consents_consent"][line["consent_id"]]
        if consent["withdrawn_at"] is not None or consent["dossier_id"] != line["dossier_id"]:
            continue
        is_officer = _was_officer(world, line["staff_id"], consent["recorded_at"])
        ends = _start_of(consent["valid_until"] + timedelta(days=1))
        if is_officer and line["categories"] & HEALTH:
            ends = min(ends, _officer_until(world, line["staff_id"]))
        yield Allowance(
            consent["id"],
            consent["dossier_id"],
            None if line["staff_id"] else line["institution_id"],
            line["staff_id"],
            line["categories"] if is_officer else line["categories"] & ~HEALTH,
            LEAD if _receives(world, consent, line) else WRITE,
            _start_of(consent["valid_from"]),
            ends,
            "consent",
        )


def _receives(world: World, consent: Row, line: Row) -> bool:
    """The IIZ office, and the institution that receives the case."""
    receiver = world.rows["dossiers_dossier"][consent["dossier_id"]]["receiver_id"]
    office = world.rows["institutions_institution"][line["institution_id"]]["is_iiz_office"]
    return bool(office) or line["institution_id"] == receiver


def _disclosures(world: World) -> Iterator[Allowance]:
    for row in _rows(world, "consents_disclosure"):
        if row["form"] == "access" and row["basis"] not in ("consent", "hand-over") and row["access_until"] is not None:
            ends = _start_of(row["access_until"] + timedelta(days=1))
            yield Allowance(
                row["id"], row["dossier_id"], row["recipient_id"], None, row["categories"] & ~HEALTH, READ,
                row["at"], ends, row["basis"],
            )  # fmt: skip


def _led(world: World, dossier: int, institution: int, at: datetime) -> bool:
    return any(
        each["dossier_id"] == dossier
        and each["function"] == "lead"
        and world.rows["appointments_appointment"][each["staff_id"]]["institution_id"] == institution
        and each["valid_from"] <= at
        and (each["valid_until"] is None or each["valid_until"] > at)
        for each in _rows(world, "cases_assignment")
    )


def _behind(world: World, row: Row) -> list[tuple[int, datetime, datetime]]:
    """What is behind a hand-over: all categories for ever, or what is left of the receiver's line of a consent.

    A receiver who leads the case when the consent ends, or leads it now, keeps it.
    """
    if row["consent_id"] is None:
        return [(ALL, _NEVER, FOR_EVER)]
    consent = world.rows["consents_consent"][row["consent_id"]]
    if consent["dossier_id"] != row["dossier_id"]:
        return []
    over = _start_of(consent["valid_until"] + timedelta(days=1))
    if consent["withdrawn_at"] is not None:
        over = min(over, consent["withdrawn_at"])
    is_own = _led(world, row["dossier_id"], row["receiver_id"], min(over, world.at))
    return [
        (line["categories"], _start_of(consent["valid_from"]), FOR_EVER if is_own else over)
        for line in _rows(world, "consents_consentrecipient")
        if line["consent_id"] == consent["id"]
        and line["institution_id"] == row["receiver_id"]
        and line["staff_id"] is None
    ]


def _hand_overs(world: World) -> Iterator[Allowance]:
    """The receiver leads where the sender stops, and else contributes; the sender contributes for a while."""
    for row in _rows(world, "handovers_handover"):
        if row["accepted_at"] is None:
            continue
        common = {"act": row["id"], "dossier": row["dossier_id"], "staff": None, "basis": row["basis"]}
        for categories, begins, ends in _behind(world, row) if row["access_until"] is not None else []:
            yield Allowance(
                institution=row["receiver_id"], categories=row["categories"] & categories & ~HEALTH,
                power=LEAD if row["constellation"] == "3" else WRITE,
                begins=max(row["accepted_at"], begins), ends=min(row["access_until"], ends), **common,
            )  # fmt: skip
        if row["sender_until"] is not None and row["sender_categories"] is not None:
            yield Allowance(
                institution=row["sender_id"], categories=row["sender_categories"] & ~HEALTH, power=WRITE,
                begins=row["accepted_at"], ends=row["sender_until"], **common,
            )  # fmt: skip


def _mandates(world: World) -> Iterator[Allowance]:
    """Of the consent it is based on, and no longer; while that names this officer, and health."""
    for row in _rows(world, "support_service"):
        if row["kind"] != "medical_mandate" or row["access_until"] is None:
            continue
        for line in allowed(world, "consent"):
            names = (line.act, line.dossier, line.staff) == (row["based_on_id"], row["dossier_id"], row["staff_id"])
            if names and line.categories & HEALTH:
                yield Allowance(
                    row["id"], row["dossier_id"], None, row["staff_id"], line.categories & MANDATE, WRITE,
                    max(row["ordered_at"], line.begins), min(row["access_until"], line.ends), line.basis,
                )  # fmt: skip


_ACTS: Mapping[str, Callable[[World], Iterator[Allowance]]] = {
    "notification": _notifications,
    "break_glass": _emergencies,
    "consent": _consents,
    "disclosure": _disclosures,
    "hand_over": _hand_overs,
    "medical_mandate": _mandates,
}
WORDS = frozenset(_ACTS)


def vary(world: World, chance: random.Random) -> None:
    """Acts of all kinds and states: signed and taken back, begun and over, with health and without, of other cases."""

    def moment(of: tuple[int, ...] = (-40, -3, 2, 30)) -> datetime:
        return world.at.replace(microsecond=0) + timedelta(days=chance.choice(of), hours=chance.randrange(24))

    def maybe(value: Any, share: float = 0.6) -> Any:
        return value if chance.random() < share else None

    def mask() -> int:
        return chance.choice((0, 1, HEALTH, 3 | HEALTH, ALL, chance.randrange(ALL + 1)))

    drawn: dict[str, Callable[[], dict[str, Any]]] = {
        "appointments_heldrole": lambda: {
            "role": chance.choice(("medical_officer", "medical_officer", "front_line_worker")),
            "valid_from": moment((-60, -60, -1)).date(), "valid_until": maybe(moment((-2, 9)).date(), 0.3),
            "ended_at": maybe(moment(), 0.2),
            "needs_approval": chance.random() < 0.7,
            "is_beginning": chance.random() < 0.2, "approved_at": maybe(moment()),
        },
        "institutions_institution": lambda: {"is_iiz_office": chance.random() < 0.3},
        "dossiers_dossier": lambda: {"opened_at": moment((-50, -9)), "handed_over_at": maybe(moment(), 0.4)},
        "persons_number": lambda: {"recorded": chance.choice(("given", "added", "corrected"))},
        "dossiers_emergency": lambda: {"at": moment(), "until": moment()},
        "consents_consent": lambda: {
            "valid_from": moment((-40, -1, 1)).date(), "valid_until": moment((-1, 0, 40)).date(),
            "withdrawn_at": maybe(moment(), 0.3), "recorded_at": moment((-40, -2)),
        },
        "consents_consentrecipient": lambda: {"categories": mask(), "staff_id": maybe(chance.randint(1, 9), 0.7)},
        "consents_disclosure": lambda: {
            "categories": mask(), "at": moment(), "access_until": maybe(moment().date()),
            "form": chance.choice(("access", "access", "oral")),
            "basis": chance.choice(("avig-85f-3", "avig-85f-3", "consent", "hand-over")),
        },
        "handovers_handover": lambda: {
            "categories": mask(), "sender_categories": maybe(mask()), "constellation": chance.choice("123"),
            "accepted_at": maybe(moment()), "access_until": maybe(moment()), "sender_until": maybe(moment()),
        },
        "cases_assignment": lambda: {
            "function": chance.choice(("lead", "lead", "case_manager")), "valid_from": moment((-60, -20)),
            "valid_until": maybe(moment((-1, 9)), 0.3),
        },
        "support_service": lambda: {
            "kind": chance.choice(("medical_mandate", "medical_mandate", "coaching")), "ordered_at": moment(),
            "access_until": maybe(moment(), 0.8),
        },
    }  # fmt: skip
    for table, draw in drawn.items():
        for row in world.rows[table].values():
            assert isinstance(row, dict)
            row.update(draw())
    _let_receivers_lead(world, chance)
    named = (one for one in allowed(world, "consent") if one.staff)
    lines = sorted(named, key=lambda one: (not one.categories & HEALTH, one.act, one.staff or 0))
    files = sorted(world.rows["dossiers_dossier"])
    for service in _rows(world, "support_service"):
        if lines and chance.random() < 0.9:  # mostly of an officer whom a consent of this case names, often for health
            line = lines[int(len(lines) * chance.random() ** 2)]
            assert isinstance(service, dict)
            service.update(based_on_id=line.act, dossier_id=line.dossier, staff_id=line.staff)
            if chance.random() < 0.4:  # or in all but one: of another case, for another officer, or based on nothing
                other = chance.choice(("based_on_id", "dossier_id", "staff_id"))
                service[other] = {
                    "based_on_id": None, "dossier_id": chance.choice(files), "staff_id": (line.staff or 0) % 9 + 1,
                }[other]  # fmt: skip


def _let_receivers_lead(world: World, chance: random.Random) -> None:
    """Hand-overs mostly rest on a consent that names the receiver; or on one that does so in all but one thing.

    Some consents meet a receiver who leads the case when they end, who did before, who was about to, or who leads it now.
    """
    leads = [row for row in _rows(world, "cases_assignment") if isinstance(row, dict)]
    lines = [row for row in _rows(world, "consents_consentrecipient") if isinstance(row, dict)]
    chance.shuffle(leads)
    chance.shuffle(lines)
    for row in _rows(world, "handovers_handover"):
        if row["consent_id"] is None or not leads or not lines or chance.random() < 0.2:
            continue
        assert isinstance(row, dict)
        consent, lead, line = world.rows["consents_consent"][row["consent_id"]], leads.pop(), lines.pop()
        assert isinstance(consent, dict)
        receiver = world.rows["appointments_appointment"][lead["staff_id"]]["institution_id"]
        noon = world.at.replace(microsecond=0)
        last = noon.date() + timedelta(days=chance.choice((-2, 2, 20, 20)))
        consent.update(
            dossier_id=row["dossier_id"],
            valid_from=(noon - timedelta(days=chance.choice((9, 9, 4)))).date(),
            valid_until=last,
            withdrawn_at=noon - timedelta(days=2) if chance.random() < 0.4 else None,
        )
        over = min(_start_of(last + timedelta(days=1)), consent["withdrawn_at"] or FOR_EVER)
        begins, ends = chance.choice(((-9, None), (-9, -1), (-9, 0), (-9, 1), (0, None), (1, None)))
        lead.update(
            dossier_id=row["dossier_id"],
            function="lead",
            valid_from=over + timedelta(days=begins),
            valid_until=None if ends is None else over + timedelta(days=ends),
        )
        line.update(
            consent_id=consent["id"],
            dossier_id=row["dossier_id"],
            institution_id=receiver,
            staff_id=None,
            categories=chance.choice((ALL, ALL & ~3, 7 | HEALTH)),
        )
        row.update(
            receiver_id=receiver,
            accepted_at=noon - timedelta(days=5),
            access_until=world.at + timedelta(days=chance.choice((9, 400))),
            categories=chance.choice((ALL, ALL & ~HEALTH, 1 | 8)),
        )
        other = chance.choice(
            ("", "", "", "consent_id", "dossier_id", "institution_id", "staff_id", "function", "lead")
        )
        if other in ("consent_id", "institution_id", "staff_id"):
            line[other] = line[other] % 4 + 1 if line[other] else 1
        elif other == "dossier_id":
            consent[other] = consent[other] % 12 + 1
        elif other == "function":
            lead[other] = "case_manager"
        elif other == "lead":
            lead["dossier_id"] = lead["dossier_id"] % 12 + 1
