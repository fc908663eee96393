"""Offering a correction to another file of the same person, and answering it."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suone.casework.cases.models import Case
from suone.casework.cases.queries import lead_of
from suone.casework.corrections.acts import Act
from suone.casework.corrections.models import Correction, State
from suone.casework.corrections.queries import corrections_of, differences_between, targets_of
from suone.casework.corrections.rules import Field, birth_in, fields_in
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.records.dossiers.doubts import LEGAL_BASIS
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power, particulars_of
from suone.records.dossiers.services import change_number, correct_particulars, lock, record_event
from suone.records.inbox.services import notify_staff
from suone.records.persons.queries import number_of
from suone.records.workitems.services import add_work_item, close_items_about

ANSWERED = "correction_answered"  # the word that settles the work item
_TO_ANSWER = gettext_noop("Answer the correction that is offered for the particulars")


def offer_correction(acting: Acting, *, dossier_id: int, to: Dossier, fields: Collection[Field]) -> Correction:
    """Offer values of this file to the lead of another file of the same person.

    The acting person contributes to both. Raises ``Refused`` for any other file, for fields that do not differ, or while
    an earlier offer of the institution is pending.
    """
    if to.pk not in {target.pk for target in targets_of(acting, dossier_id)}:
        raise Refused(_("Choose one of the files."))
    other = {difference.field for difference in differences_between(acting, dossier_id, to.pk)}
    if not fields or not set(fields) <= other:
        raise Refused(_("Choose at least one item in which the other file differs."))
    lock(to.pk)
    if corrections_of(acting, to.pk).filter(state=State.PENDING, institution_id=acting.own_institution_id).exists():
        raise Refused(_("Your institution has offered a correction already: wait for the answer."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT corrections_offer(%s, %s, %s)", [dossier_id, to.pk, [str(f) for f in sorted(fields)]])
        correction = Correction.objects.get(pk=cursor.fetchone()[0])
    case = Case.objects.get(pk=to.pk)
    lead = lead_of(case)
    _record_event(acting, correction, Act.OFFERED, RecordKind.STORE, fields=fields)
    add_work_item(
        acting,
        dossier=to,
        title=_TO_ANSWER,
        is_own_words=False,
        due_on=acting.today + timedelta(days=settings.DECISION_DAYS),
        addressed_id=lead.institution_id if lead else case.notifier_id,
        assigned=lead,
        about=("correction", correction.pk),
        settled_by=ANSWERED,
    )
    return correction


def pass_on_correction(acting: Acting, *, file_id: int, target_id: int) -> None:
    """Ask the lead of another file of the person to check name or birth, as the IIZ office, on the basis for clearing doubts.

    Neither side learns of the other: the offer names the office alone. Raises ``Refused`` if it no longer waits.
    """
    until = acting.today + timedelta(days=settings.DECISION_DAYS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM corrections_pass_on(%s, %s, %s, %s)", [file_id, target_id, until, _TO_ANSWER])
        passed = cursor.fetchone()
    if passed is None:
        raise Refused(_("This has been passed on already, or one of the files has changed."))
    correction_id, keys, addressed_id, from_person, to_person = passed
    details = {"fields": sorted(str(field) for field in fields_in(keys))}
    about = ("correction", correction_id)
    record(
        acting,
        kind=RecordKind.DISCLOSE,
        act=Act.PASSED_ON,
        dossier_id=target_id,
        person_id=to_person,
        about=about,
        recipients=[addressed_id],
        legal_basis=LEGAL_BASIS,
        details=details,
    )
    if from_person != to_person:
        record(
            acting,
            kind=RecordKind.DISCLOSE,
            act=Act.PASSED_ON,
            person_id=from_person,
            about=about,
            legal_basis=LEGAL_BASIS,
            details=details,
        )


def accept_correction(acting: Acting, *, correction: Correction) -> None:
    """Accept an offered correction: the particulars of this file change accordingly.

    Raises ``Refused`` when already answered, or unless the acting institution leads the case and may read the identity.
    """
    _check_can_answer(acting, correction)
    dossier, offered = correction.dossier, correction.offered
    known = particulars_of(acting, dossier.pk)
    if known is None:
        raise Refused(_("You may not read who the person is."))
    changes: dict[str, Any] = {name: offered[name] for name in ("last_name", "first_name", "sex") if offered.get(name)}
    if birth := birth_in(offered):
        changes["birth"] = birth
    if offered.get("died_on"):
        changes["died_on"] = date.fromisoformat(offered["died_on"])
    if changes:
        correct_particulars(acting, particulars=known, version=known.version, changes=changes)
    held = number_of(dossier.pk)
    if offered.get("ahv_number") and (held is None or held.digits != offered["ahv_number"]):
        reason = _("Offered by %(institution)s") % {"institution": correction.institution.name}
        change_number(acting, dossier=dossier, ahv_number=offered["ahv_number"], reason=reason[:200])
    _answer(acting, correction, State.ACCEPTED, "", Act.ACCEPTED)


def decline_correction(acting: Acting, *, correction: Correction, reason: str) -> None:
    """Decline an offered correction with a reason for whoever offered it; raises ``Refused`` as accepting does."""
    if not reason.strip():
        raise Refused(_("Give a reason, so that others can understand the decision."))
    _check_can_answer(acting, correction)
    _answer(acting, correction, State.DECLINED, reason.strip(), Act.DECLINED)


def _check_can_answer(acting: Acting, correction: Correction) -> None:
    lock(correction.dossier_id)
    correction.refresh_from_db(fields=["state"])
    if not correction.is_pending:
        raise Refused(_("This offer has already been answered."))
    if not has_power(acting, correction.dossier, Power.LEAD):
        raise Refused(_("Only institutions that lead the case can do this: ask the lead."))


def _answer(acting: Acting, correction: Correction, state: State, reason: str, act: Act) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT corrections_answer(%s, %s, %s)", [correction.pk, state.value, reason])
    correction.refresh_from_db()
    _record_event(acting, correction, act, RecordKind.CHANGE, text=reason)
    close_items_about(acting, dossier=correction.dossier, about=("correction", correction.pk))
    if not correction.is_passed_on:  # the database tells the office that there is an answer, and nothing of the case
        notify_staff(acting, staff_ids=[correction.offered_by_id], act=act, dossier=correction.dossier)


def _record_event(
    acting: Acting,
    correction: Correction,
    act: Act,
    kind: RecordKind,
    *,
    text: str = "",
    fields: Collection[Field] = (),
) -> None:
    """Record an act; the log names the fields but never their values."""
    record_event(
        acting,
        dossier=correction.dossier,
        kind=kind,
        act=act,
        category=DataCategory.IDENTITY,
        about=("correction", correction.pk),
        text=text,
        recipients=[] if correction.is_pending else [correction.institution_id],
        details={"fields": sorted(str(field) for field in fields)} if fields else None,
    )
