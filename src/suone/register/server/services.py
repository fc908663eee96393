"""What is done with the register: turn numbers into tokens unseen, deliver, register, ask, deal with alerts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.queries import colleagues, institutions_of_leavers, staff_to_tell
from suone.organisation.institutions.models import Institution, Office
from suone.records.dossiers.models import Dossier
from suone.records.inbox.services import tell_staff
from suone.records.persons import ahv
from suone.records.persons.queries import number_of
from suone.register import oprf
from suone.register.server import keys, rules
from suone.register.server.acts import Act
from suone.register.server.common_cases import persons_in_common
from suone.register.server.contacts import Found, places_in, resolve
from suone.register.server.functions import call
from suone.register.server.models import PLACES, Alert, AlertPreference, AlertState, Enrolment, Tells
from suone.register.server.queries import use_on
from suone.register.server.rules import Purpose
from suone.register.server.tokens import (
    TOKEN_BYTES,
    VOPRF,
    EpochInfo,
    epoch_of,
    evaluated,
    live_epochs,
    stored,
    tokens_here,
)

MOST_ROWS = 5_000  # in one part of a delivery
MOST_NUMBERS = 1_000  # in one question to the token service
MOST_ALERTS = 500  # told in one go


class QuotaExceeded(Refused):
    """More questions than work with people explains: it goes on the next day, or with a higher quota."""


class WouldEndMany(Refused):
    """A snapshot would end more open registrations than is usual: somebody has to confirm it."""

    def __init__(self, ended: int, open_before: int) -> None:
        super().__init__(_("This snapshot would end many registrations: confirm it, or look at the file."))
        self.ended = ended
        self.open_before = open_before


class RowsRefused(Refused):
    """Rows of a part that cannot be taken: (place in the part, field, sentence). Nothing of the part was taken."""

    def __init__(self, errors: Sequence[tuple[int, str, str]]) -> None:
        super().__init__(
            _("Some rows cannot be taken, and none of this part was: correct them and send the part again.")
        )
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery under way: ``parts`` says how many rows of which part are there."""

    id: int
    epoch: int
    kind: str
    rows: int
    state: str
    parts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class DeliveredRow:
    """One registration as it comes in: the token stands for the person, the rest names what the directory knows."""

    token: bytes
    valid_from: date
    valid_until: date | None
    office: str
    worker: str
    reference: str
    referred_by: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a delivery changed; ``overlaps`` counts persons newly followed elsewhere too."""

    added: int
    changed: int
    ended: int
    unchanged: int
    overlaps: int


@dataclass(frozen=True, slots=True)
class OwnRegistration:
    """A registration of the asking institution."""

    valid_from: date
    valid_until: date | None
    reference: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked about a person, when, and what for."""

    at: Any
    institution: Institution
    purpose: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """The answer: registrations of other institutions, open ones first; empty too for who may not be told."""

    found: Sequence[Found]


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What a worker sees of one person: the own registrations, those of others, and who asked."""

    own: Sequence[OwnRegistration]
    found: Sequence[Found]
    asked: Sequence[Asked]

    @property
    def is_registered(self) -> bool:
        """Whether the own institution follows the person: only then others are told, and seen."""
        return any(one.valid_until is None for one in self.own)

    def institutions_now(self, *, on: date, but: Collection[int] = ()) -> list[Found]:
        """One registration of each other institution that follows the person on a day, some left out."""
        now = {one.institution_id: one for one in self.found if one.until is None or one.until >= on}
        return [one for institution_id, one in now.items() if institution_id not in but]


@dataclass(frozen=True, slots=True)
class Registering:
    """A person typed into the form. ``reference`` is the institution's own, such as a file number; empty: one is made."""

    number: str
    valid_from: date
    valid_until: date | None = None
    office: Office | None = None
    worker: Appointment | None = None
    referred_by: Institution | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """How many alerts were told, and whether there may be more that nobody was told of."""

    told: int
    may_be_more: bool


# ---- the token service


def evaluate(acting: Acting, *, epoch: int, elements: bytes) -> oprf.Evaluation:
    """Turn blinded numbers into tokens with the epoch's key, and prove it; the numbers stay with the institution.

    ``elements`` are blinded numbers of 32 bytes each, at most 1'000. Raises ``QuotaExceeded``, and ``Refused`` for
    elements that are none. Counted, because whoever has all tokens has all numbers.
    """
    _check_takes_part(acting)
    count, rest = divmod(len(elements), 32)
    if rest or not 1 <= count <= MOST_NUMBERS:
        raise Refused(_("Send between 1 and 1'000 blinded numbers of 32 bytes each."))
    info = epoch_of(epoch)
    if info.kind != VOPRF:
        raise Refused(_("This register works with a common key: tokens are made at the institution."))
    _count_numbers(acting, count)
    try:
        evaluation = evaluated(info, elements)
    except oprf.InvalidElement as error:
        raise Refused(_("An element is no blinded number: blind the numbers again and send them again.")) from error
    record(acting, kind=RecordKind.READ, act=Act.EVALUATED, details={"epoch": epoch, "numbers": count})
    return evaluation


def _count_numbers(acting: Acting, count: int) -> None:
    ((today,),) = call("SELECT register.count_evaluations(%s, %s)", [acting.today, count])
    if today > settings.REGISTER_NUMBERS_A_DAY:
        raise QuotaExceeded(
            _(
                "Your institution has had as many numbers turned into tokens today as is agreed: go on tomorrow, or ask the"
                " IIZ office for a higher quota."
            )
        )


# ---- deliveries


def open_delivery(acting: Acting, *, epoch: int, kind: str, rows: int, digest: str) -> Delivery:
    """Begin a delivery (``snapshot`` or ``changes``) of so many rows, or go on with the one of the same digest."""
    _check_takes_part(acting)
    epoch_of(epoch)
    ((number,),) = call("SELECT (register.open_delivery(%s::smallint, %s, %s, %s)).id", [epoch, kind, rows, digest])
    record(acting, kind=RecordKind.STORE, act=Act.DELIVERY_OPENED, about=("delivery", number), details={"rows": rows})
    return delivery_of(acting, number)


def delivery_of(acting: Acting, delivery_id: int) -> Delivery:
    """One of the institution's own deliveries and the parts that are there; raises ``Http404`` for any other."""
    found = call(
        "SELECT id, epoch, kind, rows, state FROM register.own_delivery(%s) WHERE id IS NOT NULL", [delivery_id]
    )
    if not found:
        raise Http404
    parts = dict(call("SELECT number, rows FROM register.parts_of(%s)", [delivery_id]))
    ((number, epoch, kind, rows, state),) = found
    return Delivery(number, epoch, kind, rows, state, parts)


def add_part(acting: Acting, *, delivery_id: int, number: int, rows: Sequence[DeliveredRow]) -> None:
    """Keep a part in the stage; sent again, it takes its own place. Raises ``RowsRefused`` and then keeps none of it."""
    delivery = delivery_of(acting, delivery_id)
    info = epoch_of(delivery.epoch)
    columns = _columns(rows, directory_for(acting), info)
    ((taken,),) = call(
        "SELECT register.add_part(%s, %s, %s::uuid[], %s::date[], %s::date[], %s::integer[], %s::integer[],"
        " %s::integer[], %s::text[], NULL)",
        [delivery_id, number, *columns],
    )
    if not taken:
        raise _closed()


def apply_delivery(acting: Acting, *, delivery_id: int, confirmed: bool = False) -> Applied:
    """Apply a delivery whole, or not at all; overlaps that are new are told to both sides.

    Raises ``WouldEndMany`` where a snapshot would end more than the allowed share of the open registrations and nobody
    confirmed that, and ``Refused`` where parts are missing or a registration stands there twice.
    """
    share = 1.0 if confirmed else settings.REGISTER_END_SHARE
    ((added, changed, ended, unchanged, overlaps, open_before, refusal, canary),) = call(
        "SELECT * FROM register.apply_delivery(%s, %s, %s)", [delivery_id, acting.today, share]
    )
    if refusal == "many":
        raise WouldEndMany(ended, open_before)
    if refusal == "closed":
        raise _closed()
    if refusal == "incomplete":
        raise Refused(_("Parts of this delivery are missing: send them, then apply it."))
    if refusal == "duplicates":
        raise Refused(_("The same person stands in this delivery twice with the same first day: send each one once."))
    _tell_of_canary(acting, touched=canary)
    details = {"added": added, "changed": changed, "ended": ended, "overlaps": overlaps}
    record(acting, kind=RecordKind.STORE, act=Act.DELIVERY_APPLIED, about=("delivery", delivery_id), details=details)
    return Applied(added, changed, ended, unchanged, overlaps)


def abandon_delivery(acting: Acting, *, delivery_id: int) -> None:
    """Give an open delivery up; what was known before stays as it is."""
    ((done,),) = call("SELECT register.abandon_delivery(%s)", [delivery_id])
    if not done:
        raise _closed()
    record(acting, kind=RecordKind.CHANGE, act=Act.DELIVERY_ABANDONED, about=("delivery", delivery_id))


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    number: int
    name_de: str
    name_fr: str
    region: str


@dataclass(frozen=True)
class Directory:
    """What a delivery may name: the own offices and workers' addresses, and the codes of all institutions."""

    offices: Sequence[OfficeEntry]
    workers: Mapping[str, int]
    institutions: Mapping[str, int]


def directory_for(acting: Acting) -> Directory:
    """The part of the directory that the acting institution's deliveries may name."""
    _check_takes_part(acting)
    own = acting.own_institution_id
    offices = Office.objects.filter(institution_id=own).select_related("region").order_by("pk")
    workers = colleagues(own, on=timezone.localdate()).exclude(email="").order_by("pk")
    return Directory(
        [
            OfficeEntry(office.pk, office.name_de, office.name_fr, office.region.name if office.region else "")
            for office in offices
        ],
        {email.lower(): pk for pk, email in workers.values_list("pk", "email")},
        dict(Institution.objects.order_by("code").values_list("code", "pk")),
    )


def _columns(rows: Sequence[DeliveredRow], directory: Directory, epoch: EpochInfo) -> list[list[Any]]:
    """The rows as columns of numbers; raises ``RowsRefused`` with a sentence for each wrong one."""
    offices = {str(office.number): office.number for office in directory.offices}
    columns: list[list[Any]] = [[], [], [], [], [], []]
    errors: list[tuple[int, str, str]] = []
    for place, row in enumerate(rows):
        for field, sentence in _wrong_in(row, directory, offices, epoch):
            errors.append((place, field, sentence))
        first, last = _kept_days(row.valid_from, row.valid_until)
        values = (
            first,
            last,
            offices.get(row.office),
            directory.workers.get(row.worker.lower()),
            directory.institutions.get(row.referred_by),
            row.reference,
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    if errors:
        raise RowsRefused(errors)
    return [stored(epoch.number, [row.token for row in rows]), *columns]


def _wrong_in(
    row: DeliveredRow, directory: Directory, offices: Mapping[str, int], epoch: EpochInfo
) -> Iterable[tuple[str, str]]:
    if len(row.token) != TOKEN_BYTES[epoch.kind]:
        yield "token", _("This is no token of the epoch: derive it again.")
    if row.valid_until is not None and row.valid_until < row.valid_from:
        yield "valid_until", _("The last day must not be before the first.")
    if row.office and row.office not in offices:
        yield "office", _("Your institution has no office with this number: see the directory.")
    if row.worker and row.worker.lower() not in directory.workers:
        yield "worker", _("Nobody at your institution has this address: see the directory.")
    if row.referred_by and row.referred_by not in directory.institutions:
        yield "referred_by", _("There is no institution with this short name: see the directory.")


def _closed() -> Refused:
    return Refused(_("This delivery is not open any more: begin it again."))


# ---- single registrations


def register_person(acting: Acting, *, registering: Registering) -> int:
    """Enter one person whom the own institution follows, in every live epoch; how many others follow them newly too.

    The number is seen by this server alone, closed to a key outside the database, and kept for the next epoch.
    Raises ``Refused`` for a number that does not exist.
    """
    _check_takes_part(acting)
    number = checked_number(registering.number)
    rules.check_period(registering.valid_from, registering.valid_until, on=acting.today)
    reference = registering.reference.strip() or f"F-{uuid4().hex[:8].upper()}"
    overlaps = 0
    for epoch in _epochs():
        done = _register_in(acting, epoch, number, registering, reference)
        overlaps += done if epoch.is_current else 0
    ended = registering.valid_until is not None
    record(acting, kind=RecordKind.STORE, act=Act.ENDED if ended else Act.REGISTERED, details={"overlaps": overlaps})
    return overlaps


def register_and_ask(acting: Acting, *, registering: Registering, purpose: Purpose) -> PersonAnswer:
    """Enter a person whom the own institution follows, and say at once who else does."""
    register_person(acting, registering=registering)
    return look_up_person(acting, number=registering.number, purpose=purpose)


def end_registration(acting: Acting, *, number: str, last_day: date) -> None:
    """The own institution follows the person no longer after this day, which is not to come."""
    _check_takes_part(acting)
    number = checked_number(number)
    if last_day > acting.today:
        raise Refused(_("End the registration on its last day, not before it."))
    _first, kept_until = _kept_days(last_day, last_day)
    ended = False
    for epoch in _epochs():
        (token,) = stored(epoch.number, tokens_here(epoch, [number]))
        ended |= bool(call("SELECT register.end_one(%s::smallint, %s, %s)", [epoch.number, token, kept_until])[0][0])
    if not ended:
        raise Refused(_("Your institution has no open registration of this person that began before this day."))
    record(acting, kind=RecordKind.CHANGE, act=Act.ENDED)


def _register_in(acting: Acting, epoch: EpochInfo, number: str, one: Registering, reference: str) -> int:
    (token,) = stored(epoch.number, tokens_here(epoch, [number]))
    first, last = _kept_days(one.valid_from, one.valid_until)
    ((_added, _changed, overlaps, canary),) = call(
        "SELECT * FROM register.register_one(%s::smallint, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            epoch.number,
            token,
            first,
            last,
            one.office.pk if one.office else None,
            one.worker.pk if one.worker else None,
            one.referred_by.pk if one.referred_by else None,
            reference,
            keys.seal(epoch.number).encrypt(number.encode()),
            acting.today,
        ],
    )
    _tell_of_canary(acting, touched=canary)
    return int(overlaps)


# ---- questions


def look_up(acting: Acting, *, epoch: int, token: bytes, purpose: Purpose | str) -> LookUp:
    """Who else follows, or followed, a person whom the own institution has registered; kept with its purpose.

    Empty both where nobody does and where the institution may not be told. Raises ``QuotaExceeded``.
    """
    info = epoch_of(epoch)
    if not info.is_current or len(token) != TOKEN_BYTES[info.kind]:
        raise Refused(_("Only tokens of the epoch that answers can be asked about: derive the token again."))
    (kept,) = stored(epoch, [token])
    return LookUp(_ask(acting, info, kept, Purpose(purpose)))


def look_up_person(acting: Acting, *, number: str, purpose: Purpose) -> PersonAnswer:
    """The same for a worker who types the number, with the own registrations and who asked about the person."""
    number = checked_number(number)
    return _answer(acting, number, purpose)


def look_up_case(acting: Acting, *, dossier: Dossier, purpose: Purpose) -> PersonAnswer:
    """The same for the person of a case that the worker may open."""
    number = number_of(dossier.pk)
    if number is None or not number.digits:
        raise Refused(_("This person has no AHV number yet: the register cannot be asked."))
    return _answer(acting, number.digits, purpose)


def checked_number(text: str) -> str:
    """An AHV number as its 13 digits; raises ``Refused`` for one that does not exist."""
    digits = ahv.compact(text)
    if digits is None:
        raise Refused(_("This AHV number does not exist: check the 13 digits and type it again."))
    return digits


def _answer(acting: Acting, number: str, purpose: Purpose) -> PersonAnswer:
    epoch = _current()
    (token,) = stored(epoch.number, tokens_here(epoch, [number]))
    found = _ask(acting, epoch, token, purpose)
    own = call(
        "SELECT valid_from, valid_until, reference FROM register.own_registrations(%s::smallint, %s)",
        [epoch.number, token],
    )
    asked = call(
        "SELECT at, institution, purpose FROM register.questions_about(%s::smallint, %s)", [epoch.number, token]
    )
    institutions = Institution.objects.in_bulk({institution for _at, institution, _purpose in asked})
    return PersonAnswer(
        [OwnRegistration(*row) for row in own],
        found,
        [Asked(at, institutions[institution], str(Purpose(purpose).label)) for at, institution, purpose in asked],
    )


def _ask(acting: Acting, epoch: EpochInfo, token: UUID, purpose: Purpose) -> list[Found]:
    _check_takes_part(acting)
    _check_questions(acting)
    ((entitled, canary, answers),) = call(
        "SELECT * FROM register.look_up(%s::smallint, %s, %s)", [epoch.number, token, purpose]
    )
    _tell_of_canary(acting, touched=canary)
    record(
        acting,
        kind=RecordKind.READ,
        act=Act.LOOKED_UP,
        purpose=purpose,
        details={"entitled": entitled},  # to whom it was answered is in the register's own book, by token
    )
    return resolve(places_in(answers), on=acting.today)


def _check_questions(acting: Acting) -> None:
    """So many questions a day, of a worker and of an institution: more is no work with people any more."""
    day = timezone.now() - timedelta(days=1)
    ((institution, worker),) = call("SELECT * FROM register.asked_since(%s)", [day])
    most = settings.REGISTER_QUESTIONS_A_DAY
    if worker >= most or institution >= most * 50:
        raise QuotaExceeded(
            _(
                "That were more questions in a day than is agreed: go on tomorrow, or ask the IIZ office for a higher quota."
            )
        )


def _tell_of_canary(acting: Acting, *, touched: bool) -> None:
    """Whoever touches a number that belongs to nobody searches: the office and data protection are told at once."""
    if not touched:
        return
    record(acting, kind=RecordKind.DENIED, act=Act.CANARY_TOUCHED)
    _tell_overseers(acting, Act.CANARY_TOUCHED)


def _tell_overseers(acting: Acting, act: Act) -> None:
    watching = Appointment.objects.working(on=acting.today).holding(
        Role.DATA_PROTECTION_OFFICER, Role.OFFICE_ADMINISTRATOR
    )
    tell_staff(acting, staff_ids=list(watching.values_list("pk", flat=True)), act=act, dossier=None)


def tell_unusual_use(acting: Acting, *, day: date) -> list[Institution]:
    """As a job: whether a day's use should be looked at is told to the office and to data protection, the next morning."""
    unusual = [
        use.institution
        for use in use_on(acting, day=day)
        if rules.is_unusual(
            questions=use.questions,
            refused=use.refused,
            askers=use.askers,
            most_a_day=settings.REGISTER_QUESTIONS_A_DAY,
        )
    ]
    if unusual:
        _tell_overseers(acting, Act.UNUSUAL_USE)
        details = {"institutions": [institution.pk for institution in unusual]}
        record(acting, kind=RecordKind.CHANGE, act=Act.UNUSUAL_USE, details=details)
    return unusual


# ---- alerts


def tell_new_overlaps(acting: Acting) -> Told:
    """As a job: of overlaps that are new, tell both sides as each office wants, and not where they already work together."""
    told = 0
    untold = call("SELECT alert, epoch, token FROM register.untold_alerts(%s)", [MOST_ALERTS])
    alerts = {
        alert.pk: alert for alert in Alert.objects.select_related("office").filter(pk__in=[row[0] for row in untold])
    }
    preferences = {one.office_id: Tells(one.tells) for one in AlertPreference.objects.all()}
    together = _working_together(untold, alerts)
    for number, _epoch, _token in untold:
        alert = alerts[number]
        if number in together:
            Alert.objects.filter(pk=number).update(is_quiet=True)
            continue
        staff_ids = _whom_to_tell(acting, alert, preferences.get(alert.office_id or 0, Tells.WORKER))
        tell_staff(acting, staff_ids=staff_ids, act=Act.ALERTED, dossier=None)
        told += 1
    if untold:
        record(acting, kind=RecordKind.CHANGE, act=Act.ALERTED, details={"alerts": len(untold), "told": told})
    return Told(told, may_be_more=len(untold) == MOST_ALERTS)


def _working_together(untold: Sequence[tuple[int, int, UUID]], alerts: Mapping[int, Alert]) -> set[int]:
    """Of these alerts, those about a person whom both institutions have in a case together."""
    pairs = {frozenset((alert.institution_id, alert.other_institution_id)) for alert in alerts.values()}
    numbers = persons_in_common(pairs)
    known: dict[int, dict[UUID, set[frozenset[int]]]] = {}
    for epoch in live_epochs():
        if any(row[1] == epoch.number for row in untold) and numbers:
            kept = stored(epoch.number, tokens_here(epoch, list(numbers)))
            known[epoch.number] = dict(zip(kept, numbers.values(), strict=True))
    return {
        number
        for number, epoch_number, token in untold
        if frozenset((alerts[number].institution_id, alerts[number].other_institution_id))
        in known.get(epoch_number, {}).get(token, set())
    }


def _whom_to_tell(acting: Acting, alert: Alert, wish: Tells) -> list[int]:
    if wish is Tells.NOBODY:
        return []
    if wish is Tells.WORKER and alert.worker_id and not institutions_of_leavers([alert.worker_id], on=acting.today):
        return [alert.worker_id]
    region_id = alert.office.region_id if alert.office else None
    return staff_to_tell({alert.institution_id}, region_id, on=acting.today)


def answer_alert(acting: Acting, *, alert: Alert, state: AlertState) -> None:
    """Say what became of an alert: already in touch, a case notified, or set aside."""
    if state is AlertState.NEW:
        raise Refused(_("Choose what became of it."))
    answered = {"state": state, "answered_at": timezone.now(), "answered_by_id": acting.own_staff_id}
    Alert.objects.filter(pk=alert.pk).update(**answered)
    record(acting, kind=RecordKind.CHANGE, act=Act.ALERT_ANSWERED, about=("alert", alert.pk), details={"state": state})


def set_preference(acting: Acting, *, office: Office, tells: Tells) -> None:
    """How new overlaps of an office of one's own institution are told from now on."""
    if office.institution_id != acting.own_institution_id:
        raise Refused(_("This is an office of another institution."))
    AlertPreference.objects.update_or_create(
        office=office, defaults={"tells": tells, "institution_id": office.institution_id}
    )
    record(
        acting, kind=RecordKind.CHANGE, act=Act.PREFERENCE_SET, about=("office", office.pk), details={"tells": tells}
    )


# ---- taking part


def enrol(
    acting: Acting, *, institution: Institution, legal_basis: str, responsible: Appointment | None, began_on: date
) -> Enrolment:
    """Let an institution take part, on its legal basis and with somebody who answers for it; again after an end."""
    if not legal_basis.strip():
        raise Refused(_("Name the legal basis on which the institution takes part."))
    known = Enrolment.objects.filter(institution=institution).first()
    place = known.place if known else _free_place()
    enrolment, _made = Enrolment.objects.update_or_create(
        institution=institution,
        defaults={
            "place": place,
            "legal_basis": legal_basis,
            "responsible": responsible,
            "began_on": began_on,
            "ended_on": None,
        },
    )
    record(acting, kind=RecordKind.STORE, act=Act.ENROLLED, about=("institution", institution.pk))
    return enrolment


def end_enrolment(acting: Acting, *, enrolment: Enrolment) -> None:
    """The institution takes part no longer: it can neither deliver nor ask; what it delivered goes on counting as it was."""
    Enrolment.objects.filter(pk=enrolment.pk).update(ended_on=acting.today)
    record(acting, kind=RecordKind.CHANGE, act=Act.ENROLLED, about=("institution", enrolment.institution_id))


def _free_place() -> int:
    taken = set(Enrolment.objects.values_list("place", flat=True))
    free = next((place for place in range(PLACES) if place not in taken), None)
    if free is None:
        raise Refused(_("The register has room for 62 institutions: let one branch deliver for several."))
    return free


# ---- a new epoch


def renew_sealed(acting: Acting) -> int:
    """As a job: while a new epoch fills, what was typed into the form, and the canaries, go over to it by themselves."""
    opening = next((epoch for epoch in live_epochs() if not epoch.is_current), None)
    if opening is None:
        return 0
    current = _current()
    old, new = keys.seal(current.number), keys.seal(opening.number)
    rows = call("SELECT * FROM register.sealed_in(%s::smallint)", [current.number])
    numbers = [old.decrypt(bytes(row[-1])).decode() for row in rows]
    kept = 0
    if rows:
        institutions, _tokens, *others, _seals = (list(column) for column in zip(*rows, strict=True))
        tokens = stored(opening.number, tokens_here(opening, numbers))
        seals = [new.encrypt(number.encode()) for number in numbers]
        ((kept,),) = call(
            "SELECT register.keep_sealed(%s::smallint, %s::integer[], %s::uuid[], %s::date[], %s::date[],"
            " %s::integer[], %s::integer[], %s::integer[], %s::text[], %s::bytea[])",
            [opening.number, institutions, tokens, *others, seals],
        )
    for _epoch, _token, seal in call("SELECT * FROM register.canaries(%s::smallint)", [current.number]):
        _keep_canary(opening, old.decrypt(bytes(seal)).decode())
    record(acting, kind=RecordKind.CHANGE, act=Act.RENEWED, details={"kept": kept, "epoch": opening.number})
    return int(kept)


def add_canary(acting: Acting, *, number: str) -> None:
    """Keep a number that belongs to nobody: whoever touches it is told of."""
    number = checked_number(number)
    for epoch in _epochs():
        _keep_canary(epoch, number)
    record(acting, kind=RecordKind.STORE, act=Act.CANARY_KEPT)


def _keep_canary(epoch: EpochInfo, number: str) -> None:
    (token,) = stored(epoch.number, tokens_here(epoch, [number]))
    seal = keys.seal(epoch.number).encrypt(number.encode())
    call("SELECT register.keep_canary(%s::smallint, %s, %s)", [epoch.number, token, seal])


# ---- beneath


def _check_takes_part(acting: Acting) -> None:
    """The database refuses as well; here with a sentence."""
    if not Enrolment.objects.filter(institution_id=acting.own_institution_id, ended_on=None).exists():
        raise Refused(_("Your institution takes no part in the register: ask the IIZ office."))


def _epochs() -> list[EpochInfo]:
    epochs = live_epochs()
    if not epochs:
        raise Refused(_("The register is not open yet: ask the IIZ office."))
    return epochs


def _current() -> EpochInfo:
    return next(epoch for epoch in _epochs() if epoch.is_current)


def _kept_days(first: date, last: date | None) -> tuple[date, date | None]:
    return rules.kept_days(first, last, weeks=settings.REGISTER_DATES == "week")
