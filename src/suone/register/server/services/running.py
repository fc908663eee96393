"""Running the register: who takes part, unusual use, sealed tokens renewed, canaries."""

from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.register.server import keys, rules
from suone.register.server.acts import Act
from suone.register.server.functions import call
from suone.register.server.models import PLACES, Enrolment
from suone.register.server.queries import use_on
from suone.register.server.services.shared import checked_number, current_epoch, notify_overseers, open_epochs
from suone.register.server.tokens import (
    EpochInfo,
    live_epochs,
    stored,
    tokens_here,
)


def report_unusual_use(acting: Acting, *, day: date) -> list[Institution]:
    """Report unusual use of a day to the office and to data protection, as a job; returns the institutions."""
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
        notify_overseers(acting, Act.UNUSUAL_USE)
        details = {"institutions": [institution.pk for institution in unusual]}
        record(acting, kind=RecordKind.CHANGE, act=Act.UNUSUAL_USE, details=details)
    return unusual


# ---- taking part


def enrol(
    acting: Acting, *, institution: Institution, legal_basis: str, responsible: Appointment | None, began_on: date
) -> Enrolment:
    """Let an institution take part in the register from a day on, also again after an end (AHVG Art. 153c).

    ``legal_basis`` is the article in the canton's words, ``responsible`` the staff member in charge. Raises ``Refused``
    without a legal basis.
    """
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
    """End an institution's enrolment: it can neither deliver nor ask; what it delivered continues to count."""
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
    """Carry registrations typed into the form, and canaries, over to the epoch that fills, as a job; returns how many."""
    opening = next((epoch for epoch in live_epochs() if not epoch.is_current), None)
    if opening is None:
        return 0
    current = current_epoch()
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
    """Store an AHV number that belongs to nobody: any use of it is reported. ``Refused`` for an invalid number."""
    number = checked_number(number)
    for epoch in open_epochs():
        _keep_canary(epoch, number)
    record(acting, kind=RecordKind.STORE, act=Act.CANARY_KEPT)


def _keep_canary(epoch: EpochInfo, number: str) -> None:
    (token,) = stored(epoch.number, tokens_here(epoch, [number]))
    seal = keys.seal(epoch.number).encrypt(number.encode())
    call("SELECT register.keep_canary(%s::smallint, %s, %s)", [epoch.number, token, seal])
