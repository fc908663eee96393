"""Correcting a recorded fact, or taking it back: the former statement remains, with who replaced it, when and why."""

from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact, Scalar
from suone.canton.procedures.services import said_of, sentence_of
from suone.casework.cases.rules import check_reason
from suone.casework.leading import rules
from suone.casework.leading.acts import Act
from suone.casework.leading.facts import facts_of
from suone.casework.leading.models import KnownFact
from suone.casework.leading.queries import applying_fact, items_of_others
from suone.casework.leading.services.course import check_value, keep_remark, kept_value, set_items_missing
from suone.casework.leading.services.procedure import check_is_its_word, follow_procedure, notify_settled
from suone.casework.leading.services.shared import PartiesOfCase, case_with_course, course_in
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import RecordKind
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power
from suone.records.dossiers.services import in_each_language, lock, record_event
from suone.records.inbox.services import notify_institutions
from suone.records.workitems.services import open_again, settle_waiting


def correct_fact(acting: Acting, *, known: KnownFact, value: Scalar, reason: str) -> KnownFact:
    """Correct a recorded fact, with a reason; returns the row that applies from now on.

    What it had settled in the present phase opens again if the fact no longer holds; steps that the case has taken stay
    taken. Raises ``Refused`` for those who may not, without a reason, for a wrong value or the same one, and ``Conflict``
    with both statements if something else has been recorded meanwhile.
    """
    if known.scalar == value:
        raise Refused(_("This is what is recorded already: enter what should apply instead."))
    check_value(acting, Fact(known.fact), value)
    return _replace(acting, known, value, reason)


def take_back_fact(acting: Acting, *, known: KnownFact, reason: str) -> KnownFact:
    """Take a recorded fact back, with a reason: what was known before it applies again, if anything was.

    Otherwise as ``correct_fact``.
    """
    return _replace(acting, known, None, reason)


def _replace(acting: Acting, known: KnownFact, value: Scalar | None, reason: str) -> KnownFact:
    check_reason(reason)
    dossier = lock(known.dossier_id)
    case = case_with_course(dossier.pk)
    fact = Fact(known.fact)
    rules.check_can_correct(
        is_stated=known.is_stated,
        is_own=known.institution_id == acting.institution_id,
        leads=has_power(acting, dossier, Power.LEAD),
        is_open=case.is_open,
    )
    check_is_its_word(acting, fact)
    _check_applies(known, value)
    row = KnownFact.objects.create(
        dossier=dossier,
        fact=known.fact,
        category=known.category,
        **kept_value(fact, value),
        replaces=known,
        is_stated=True,
        staff_id=acting.staff_id,
        institution_id=acting.institution_id,
    )
    keep_remark(acting, row, reason)
    _record(acting, dossier, known, row)
    if known.institution_id not in (None, acting.institution_id):
        act = Act.FACT_TAKEN_BACK if value is None else Act.FACT_CORRECTED
        notify_institutions(acting, institution_ids=[known.institution_id], act=act, dossier=dossier)
    open_again(acting, dossier=dossier, by=fact)
    waiting = items_of_others(acting, dossier, fact) if value else []
    if value:
        settle_waiting(acting, dossier=dossier, by=fact)
    course = course_in(case)
    if course is not None:
        facts = facts_of(acting, case, course.current)
        parties = PartiesOfCase(case)
        set_items_missing(acting, dossier=dossier, course=course, fact=fact, facts=facts, parties=parties)
    follow_procedure(acting, dossier=dossier)
    notify_settled(acting, dossier=dossier, fact=fact, waiting=waiting, act=Act.FACT_CORRECTED)
    return row


def _check_applies(known: KnownFact, value: Scalar | None) -> None:
    """Only what applies is corrected; raises ``Conflict`` if something else has been recorded since the page was opened."""
    fact = Fact(known.fact)
    now = applying_fact(known.dossier_id, fact)
    if now is None or now.pk != known.pk:
        label = str(fact.label)
        submitted = _("taken back") if value is None else sentence_of(fact, value)
        current = _("taken back") if now is None else sentence_of(fact, now.scalar)
        raise Conflict(current={label: current}, submitted={label: submitted}, about=now)


def _record(acting: Acting, dossier: Dossier, known: KnownFact, row: KnownFact) -> None:
    def sentence() -> str:
        return correction_in_words(known, row)

    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=Act.FACT_TAKEN_BACK if row.value is None else Act.FACT_CORRECTED,
        category=DataCategory(row.category),
        about=("fact", row.pk),
        text=sentence(),
        text_language="",
        texts=in_each_language(sentence),
        recipients=[] if known.institution_id in (None, acting.institution_id) else [known.institution_id],
        details={"fact": known.fact},
    )


def correction_in_words(known: KnownFact, row: KnownFact) -> str:
    """Say what was recorded before, and what applies instead, in the current language."""
    fact = Fact(known.fact)
    before = sentence_of(fact, known.scalar)
    if row.value is None:
        return before
    return _("%(before)s; corrected to %(now)s") % {"before": before, "now": said_of(fact, row.scalar)}
