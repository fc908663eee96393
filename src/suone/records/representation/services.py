"""Recording who signs for a person, and ending it."""

from datetime import date

from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power
from suone.records.dossiers.services import lock, record_event
from suone.records.representation import rules
from suone.records.representation.acts import Act
from suone.records.representation.models import Representative
from suone.records.representation.queries import born_at_latest, signers_of
from suone.records.representation.rules import Kind


def record_representative(
    acting: Acting,
    *,
    dossier: Dossier,
    kind: Kind,
    name: str,
    valid_from: date,
    valid_until: date | None = None,
    decided_by: str = "",
    phone: str = "",
    email: str = "",
    address: str = "",
    is_address_withheld: bool = False,
) -> Representative:
    """Record a legal representative of the person: a parent until the person comes of age, or a guardian.

    Raises ``Refused`` without a name, an authority for a guardian or a sensible period, or with power to read only.
    """
    born = born_at_latest(acting, dossier)
    rules.check_can_record(
        kind=kind,
        name=name,
        valid_from=valid_from,
        valid_until=valid_until,
        decided_by=decided_by,
        born_at_latest=born,
        on=acting.today,
    )
    lock(dossier.pk)
    _check_may_write(acting, dossier)
    if kind == Kind.PARENT and born is not None:
        of_age = rules.parents_until(born)
        valid_until = min(valid_until or of_age, of_age)
    kept = Representative.objects.create(
        dossier=dossier,
        kind=kind,
        name=name.strip(),
        phone=phone,
        email=email,
        address=address,
        is_address_withheld=is_address_withheld,
        decided_by=decided_by.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
        recorded_by_id=acting.own_staff_id,
    )
    _note(acting, kept, Act.RECORDED, RecordKind.STORE)
    return kept


def check_signature(
    acting: Acting, *, dossier: Dossier, on: date, representative: str = "", authority: str = ""
) -> None:
    """Raise ``Refused`` unless whoever signed on this day may sign for the person of this case.

    ``representative`` is the typed name of whoever signed for the person; empty if the person signed. If nobody is
    recorded yet, this records the representative: a guardian if the deciding ``authority`` is named, otherwise a parent.
    """
    who = signers_of(acting, dossier, on=on)
    named = representative.strip()
    signing = next((r for r in who.representatives if _is_same(r.name, named)), None) if named else None
    if named and signing is None and not who.representatives:
        signing = record_representative(
            acting,
            dossier=dossier,
            kind=Kind.GUARDIAN if authority.strip() else Kind.PARENT,
            name=named,
            valid_from=on,
            decided_by=authority,
        )
        who = signers_of(acting, dossier, on=on)
    rules.check_may_sign(who, representative=signing)


def end_representation(acting: Acting, *, representative: Representative) -> None:
    """End a representation as of today; raises ``Refused`` if it has ended already."""
    lock(representative.dossier_id)
    _check_may_write(acting, representative.dossier)
    ended = Representative.objects.filter(pk=representative.pk, ended_on=None).update(
        ended_on=acting.today, ended_by_id=acting.own_staff_id
    )
    if not ended:
        raise Refused(_("This representation has already ended."))
    _note(acting, representative, Act.ENDED, RecordKind.CHANGE)


def _check_may_write(acting: Acting, dossier: Dossier) -> None:
    if not has_power(acting, dossier, Power.WRITE):
        raise Refused(_("Your access to this case is for reading only."))


def _note(acting: Acting, representative: Representative, act: Act, kind: RecordKind) -> None:
    record_event(
        acting,
        dossier=representative.dossier,
        kind=kind,
        act=act,
        category=DataCategory.IDENTITY,
        about=("representative", representative.pk),
    )


def _is_same(name: str, typed: str) -> bool:
    """The same words, in whatever order and case."""
    return sorted(name.casefold().split()) == sorted(typed.casefold().split())
