"""Who may open a case, whether the acting person may read or write a category in it, and search."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db import connection
from django.db.models import BooleanField, Func, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.categories import DataCategory, Power
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.organisation.institutions.queries import iiz_office
from suone.records.dossiers.models import (
    ContactDetail,
    Dossier,
    Event,
    Grant,
    OtherName,
    Particulars,
    Residence,
    StatementClock,
    Visit,
)
from suone.records.dossiers.rules import Birth, parse_birth
from suone.records.persons.models import Number

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

MOST = 50


def readable_dossier(acting: Acting, dossier_id: int) -> Dossier:
    """A case file that the acting person may open; raises ``Http404`` for everybody else.

    Not joined with the particulars: a grant without the category identity opens the case too.
    """
    dossier = Dossier.objects.readable_by(acting).filter(pk=dossier_id).first()
    if dossier is None:
        raise Http404
    return dossier


def receiver_of(dossier: Dossier) -> Institution:
    """The institution that receives the notification of a case: the IIZ office, unless its procedure names another."""
    return dossier.receiver or iiz_office()


def access_of(dossier: Dossier) -> list[Grant]:
    """Every grant on this case, ended ones included, for actors who may open it."""
    return list(Grant.objects.raw("SELECT * FROM dossiers_access_of(%s)", [dossier.pk]))


def own_grants(acting: Acting, dossier: Dossier) -> QuerySet[Grant]:
    """The grants in force through which the acting person reaches this case."""
    mine = Grant.objects.filter(dossier=dossier, valid_from__lte=StatementClock(), valid_until__gt=StatementClock())
    return mine.filter(institution_id=acting.own_institution_id) | mine.filter(staff_id=acting.own_staff_id)


def readable_categories(acting: Acting, dossier: Dossier, *, power: Power = Power.READ) -> list[DataCategory]:
    """The data categories of this case that the acting person reaches with at least this power."""
    mask = 0
    for grant in own_grants(acting, dossier).filter(power__gte=power):
        mask |= grant.categories
    return [category for category in DataCategory if mask & category.bit]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the acting person reaches into a case: the greatest power, and the readable data categories."""

    power: int
    categories: list[DataCategory]

    def has(self, power: Power) -> bool:
        """Whether the power reaches this far."""
        return self.power >= power


def own_reach(acting: Acting, dossier: Dossier) -> Reach:
    """Power and readable categories of the acting person in this case, in one query."""
    power = mask = 0
    for of_grant, categories in own_grants(acting, dossier).values_list("power", "categories"):
        power, mask = max(power, of_grant), mask | categories
    return Reach(power, [category for category in DataCategory if mask & category.bit])


def has_power(acting: Acting, dossier: Dossier, power: Power) -> bool:
    """Whether the acting person has at least this power in the case; always true for a job, as in the row policies."""
    return acting.kind is Kind.JOB or own_grants(acting, dossier).filter(power__gte=power).exists()


class HasPower(Func):
    """``has_power`` as a query expression over the column that names the case."""

    function = "dossiers_has_power"
    output_field = BooleanField()


def events_of(
    acting: Acting,
    dossier: Dossier,
    *,
    before_id: int | None = None,
    most: int = 50,
    institution_id: int | None = None,
    only: Q | None = None,
) -> list[Event]:
    """The timeline of a case, newest first, in the categories that the acting person may read.

    ``before_id`` pages backwards, ``most`` limits the number of lines, ``institution_id`` and ``only`` filter them.
    """
    events = Event.objects.readable_by(acting, category_column="category").filter(dossier=dossier)
    if before_id is not None:
        events = events.filter(pk__lt=before_id)
    if institution_id is not None:
        events = events.filter(institution_id=institution_id)
    if only is not None:
        events = events.filter(only)
    return list(events.select_related("staff", "institution", "on_behalf_of").order_by("-pk")[:most])


def last_visit(acting: Acting, dossier: Dossier) -> Visit | None:
    """When the acting person last opened this case, and the time before; None if never."""
    return Visit.objects.filter(staff_id=acting.own_staff_id, dossier=dossier).first()


def institutions_with_access(dossier: Dossier, *, power: Power = Power.READ) -> set[int]:
    """The institutions that reach this case now with at least this power, by themselves or through one of their staff."""
    return institutions_of([grant for grant in grants_in_force(dossier) if grant.power >= power])


def grants_in_force(dossier: Dossier) -> list[Grant]:
    """Every grant on this case that is in force now."""
    now = timezone.now()
    return [grant for grant in access_of(dossier) if grant.valid_from <= now < grant.valid_until]


def institutions_of(in_force: Sequence[Grant]) -> set[int]:
    """The institutions that these grants reach, by themselves or through one of their staff."""
    staff_ids = [grant.staff_id for grant in in_force if grant.staff_id]
    through_staff = Appointment.objects.filter(pk__in=staff_ids).values_list("institution_id", flat=True)
    return {grant.institution_id for grant in in_force if grant.institution_id} | set(through_staff)


if TYPE_CHECKING:

    class _Beside(TypedDict):
        ahv_number: str | None

    Known = WithAnnotations[Particulars, _Beside]


def particulars_of(acting: Acting, dossier_id: int) -> "Known | None":
    """The particulars of a case file, with the AHV number; None for actors who may not read identity data."""
    rows = Particulars.objects.readable_by(acting)
    number = Number.objects.filter(dossier_id=OuterRef("pk"), until=None).values("digits")
    return rows.annotate(ahv_number=Subquery(number)).filter(dossier_id=dossier_id).select_related("dossier").first()


def language_of_person(acting: Acting, dossier_id: int) -> str:
    """The language in which to write to the person; that of the page for actors who may not read identity data."""
    rows = Particulars.objects.readable_by(acting).filter(dossier_id=dossier_id)
    return rows.values_list("language", flat=True).first() or (get_language() or "de")[:2]


def residence_of(acting: Acting, dossier_id: int) -> Residence | None:
    """Permit and status of the person; None for actors who may not read migration data."""
    rows = Residence.objects.readable_by(acting)
    return rows.filter(dossier_id=dossier_id).select_related("dossier").first()


def contacts_of_person(dossier_id: int) -> dict[str, list[str]]:
    """Addresses, telephone numbers and e-mail addresses of the person, by kind, each in the order typed."""
    found: dict[str, list[str]] = {kind: [] for kind in ContactDetail.Kind.values}
    for detail in ContactDetail.objects.filter(dossier_id=dossier_id).order_by("kind", "place"):
        found[detail.kind].append(detail.value)
    return found


def other_names_of(dossier_id: int) -> dict[str, list[str]]:
    """Former names and other spellings of the person's name, by kind."""
    found: dict[str, list[str]] = {kind: [] for kind in OtherName.Kind.values}
    for name in OtherName.objects.filter(dossier_id=dossier_id).order_by("pk"):
        found[name.kind].append(name.name)
    return found


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """What was typed into the search: words of a name, a birth, or digits of some number."""

    name: str = ""
    birth: Birth | None = None
    digits: str = ""


_LABELS = re.compile(r"(?<!\w)(?:ahv|avs|nss|svn|ahvn13|tel|tél|n[°º]|nr|no|geb|née?|né·e)(?!\w)[.:]?", re.IGNORECASE)


def parse_search(typed: str) -> SearchTerms:
    """Parse a search: a number in any notation, a date of birth with or without a name, or a name."""
    plain = _LABELS.sub(" ", typed).strip()
    if birth := parse_birth(plain):
        # Four digits may be a year, and part of a number as well.
        return SearchTerms(birth=birth, digits=plain if birth.month is None else "")
    if not any(sign.isalpha() for sign in plain):
        return SearchTerms(digits=_dialled(plain))
    births = [(part, parse_birth(part)) for part in plain.split()]
    name = " ".join(part for part, birth in births if birth is None)
    return SearchTerms(name=name, birth=next((birth for _part, birth in births if birth), None))


def _dialled(typed: str) -> str:
    """The digits, with a telephone number as it is dialled within the country."""
    digits = re.sub(r"[^0-9+]", "", typed.replace("(0)", ""))
    return re.sub(r"^(?:\+|00)41|\+", "0", digits)


def search_files(acting: Acting, typed: str, *, most: int = MOST) -> list[int]:
    """Numbers of case files that match a search, at most ``most``: by name in any order and spelling, birth, or a number.

    Names and births match only in files whose identity data the acting person may read; a case number matches in
    every file they may open.
    """
    words = parse_search(typed)
    found: list[int] = []
    with connection.cursor() as cursor:
        if words.digits:
            cursor.execute("SELECT dossiers_with_digits(%s, %s)", [words.digits, most])
            found += [pk for (pk,) in cursor.fetchall()]
        parts = [words.birth.year, words.birth.month, words.birth.day] if words.birth else [None, None, None]
        if len(words.name) > 1:
            cursor.execute("SELECT dossiers_search(%s, %s, %s, %s, %s)", [words.name, *parts, most])
            found += [pk for (pk,) in cursor.fetchall()]
        elif words.birth:
            cursor.execute("SELECT dossiers_born(%s, %s, %s, %s)", [*parts, most])
            found += [pk for (pk,) in cursor.fetchall()]
    return list(dict.fromkeys(found))
