"""Asking who else follows a person: from the register's page, a system or a case."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import Dossier
from suone.records.persons.queries import number_of
from suone.register.server.acts import Act
from suone.register.server.contacts import Found, places_in, resolve
from suone.register.server.functions import call
from suone.register.server.rules import Purpose
from suone.register.server.services.shared import (
    QuotaExceeded,
    check_takes_part,
    checked_number,
    current_epoch,
    report_canary,
)
from suone.register.server.tokens import (
    TOKEN_BYTES,
    EpochInfo,
    epoch_of,
    stored,
    tokens_here,
)


@dataclass(frozen=True, slots=True)
class OwnRegistration:
    """A registration of the asking institution."""

    valid_from: date
    valid_until: date | None
    reference: str


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """Who asked about a person, when, and what for."""

    at: Any
    institution: Institution
    purpose: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """The answer: registrations of other institutions, open ones first; empty, too, for those who may not know."""

    found: Sequence[Found]


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What a worker sees of one person: the own registrations, those of others, and who asked."""

    own: Sequence[OwnRegistration]
    found: Sequence[Found]
    asked: Sequence[PastQuestion]

    @property
    def is_registered(self) -> bool:
        """Whether the own institution follows the person: only then others are shown."""
        return any(one.valid_until is None for one in self.own)

    def institutions_now(self, *, on: date, but: Collection[int] = ()) -> list[Found]:
        """One registration of each other institution that follows the person on a day, some left out."""
        now = {one.institution_id: one for one in self.found if one.until is None or one.until >= on}
        return [one for institution_id, one in now.items() if institution_id not in but]


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
    """The same for the person of a case that the worker may open; raises ``Refused`` if the AHV number is not known."""
    number = number_of(dossier.pk)
    if number is None or not number.digits:
        raise Refused(_("This person has no AHV number yet: the register cannot be asked."))
    return _answer(acting, number.digits, purpose)


def _answer(acting: Acting, number: str, purpose: Purpose) -> PersonAnswer:
    epoch = current_epoch()
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
        [
            PastQuestion(at, institutions[institution], str(Purpose(purpose).label))
            for at, institution, purpose in asked
        ],
    )


def _ask(acting: Acting, epoch: EpochInfo, token: UUID, purpose: Purpose) -> list[Found]:
    check_takes_part(acting)
    _check_questions(acting)
    ((entitled, canary, answers),) = call(
        "SELECT * FROM register.look_up(%s::smallint, %s, %s)", [epoch.number, token, purpose]
    )
    report_canary(acting, touched=canary)
    record(
        acting,
        kind=RecordKind.READ,
        act=Act.LOOKED_UP,
        purpose=purpose,
        details={"entitled": entitled},  # to whom it was answered is in the register's own book, by token
    )
    return resolve(places_in(answers), on=acting.today)


def _check_questions(acting: Acting) -> None:
    """Raise ``QuotaExceeded`` beyond the daily quota of a worker, or of an institution (fifty times that)."""
    day = timezone.now() - timedelta(days=1)
    ((institution, worker),) = call("SELECT * FROM register.asked_since(%s)", [day])
    most = settings.REGISTER_QUESTIONS_A_DAY
    if worker >= most or institution >= most * 50:
        raise QuotaExceeded(
            _(
                "You have reached the daily limit of questions: continue tomorrow, or ask the IIZ office for a higher quota."
            )
        )
