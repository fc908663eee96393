"""Whom the person names to the IV as their advisers at other institutions (agreement SMZ–IV, introduction)."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact
from suone.casework.cases.models import Case
from suone.casework.handovers.acts import Act
from suone.casework.handovers.models import Adviser
from suone.casework.handovers.queries import advisers_of, is_iv
from suone.casework.leading.queries import every_fact
from suone.casework.leading.services import report_fact
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.services import lock, record_event
from suone.records.workitems.queries import items_waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAdviser:
    """What the person says: name, institution of the directory or another one, telephone and e-mail."""

    name: str
    workplace: Institution | None = None
    workplace_text: str = ""
    phone: str = ""
    email: str = ""


def name_adviser(acting: Acting, *, case: Case, named: NamedAdviser) -> Adviser:
    """Record somebody whom the person names; it settles the work item of the IV.

    Raises ``Refused`` for anybody but the IV, in a closed case, and for the IV's own staff, whom it knows.
    """
    dossier = _lock_for_iv(acting, case)
    if named.workplace is not None and named.workplace.pk == acting.own_institution_id:
        raise Refused(_("Choose an institution other than your own."))
    adviser = Adviser.objects.create(
        dossier=dossier,
        name=named.name.strip(),
        workplace=named.workplace,
        workplace_text="" if named.workplace else named.workplace_text.strip(),
        phone=named.phone.strip(),
        email=named.email.strip(),
        staff_id=acting.own_staff_id,
        institution_id=acting.own_institution_id,
    )
    _record(acting, adviser, RecordKind.STORE, Act.ADVISER_NAMED)
    is_known = every_fact(dossier.pk).get(Fact.ADVISERS_NAMED)
    if not is_known or items_waiting(acting, dossier, awaiting=Fact.ADVISERS_NAMED):
        report_fact(acting, dossier=dossier, fact=Fact.ADVISERS_NAMED, is_stated=True)
    return adviser


def remove_adviser(acting: Acting, *, adviser: Adviser) -> None:
    """Remove somebody who no longer supports the person or was named by mistake; raises ``Refused`` as naming does."""
    case = Case.objects.get(pk=adviser.dossier_id)
    dossier = _lock_for_iv(acting, case)
    if adviser.pk not in [row.pk for row in advisers_of(acting, dossier)]:
        raise Refused(_("This adviser has already been removed."))
    Adviser.objects.filter(pk=adviser.pk).update(removed_at=timezone.now(), removed_by_id=acting.own_staff_id)
    _record(acting, adviser, RecordKind.DELETE, Act.ADVISER_REMOVED)


def _lock_for_iv(acting: Acting, case: Case) -> Dossier:
    dossier = lock(case.dossier_id)
    if not is_iv(acting):
        raise Refused(_("The person names their advisers to the IV: only the IV records them."))
    if not Case.objects.get(pk=case.pk).is_open:
        raise Refused(_("This case is closed: reopen it first."))
    return dossier


def _record(acting: Acting, adviser: Adviser, kind: RecordKind, act: Act) -> None:
    record_event(
        acting,
        dossier=adviser.dossier,
        kind=kind,
        act=act,
        about=("adviser", adviser.pk),
        text=f"{adviser.name}, {adviser.of}",
    )
