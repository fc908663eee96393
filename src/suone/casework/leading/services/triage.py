"""The triage of a notified case."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suone.canton.instruments.loading import instrument
from suone.canton.instruments.rules import Proposal, evaluate
from suone.canton.procedures.facts import Fact
from suone.casework.cases.models import Case, Function
from suone.casework.cases.rules import Level, State, check_reason
from suone.casework.cases.services import assign, notify_participants
from suone.casework.leading.acts import Act
from suone.casework.leading.models import Triage
from suone.casework.leading.queries import course_of, triages
from suone.casework.leading.services.levels import set_level
from suone.casework.leading.services.procedure import report_fact
from suone.casework.leading.services.shared import move_to_state
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import receiver_of
from suone.records.dossiers.services import lock, record_event
from suone.records.workitems.services import add_work_item, close_items_about

TRIAGE_INSTRUMENT = "level-triage"
_TRIAGE_DAYS = 5
_NOTIFIED = (State.NOTIFIED, State.IN_TRIAGE)


def propose_level(answers: Mapping[str, str]) -> Proposal:
    """Return the level that the triage instrument proposes for these answers, with its calculation."""
    return evaluate(instrument(TRIAGE_INSTRUMENT), answers)


def triage_case(acting: Acting, *, case: Case, answers: Mapping[str, str], level: str, reason: str) -> Triage:
    """Decide the level of a case; a decision that differs from the instrument's proposal needs a reason.

    ``answers`` maps item ids to answers. A notified case becomes active and is led by whoever triaged it, until somebody
    else is named. Raises ``Refused`` for all but whoever triages at the institution that receives the case, for an
    unknown level, or a missing reason.
    """
    dossier = lock(case.dossier_id)
    case = Case.objects.get(pk=case.pk)
    check_triages(acting, dossier)
    if level not in Level.values:
        raise Refused(_("Choose one of the three levels."))
    proposal = propose_level(answers)
    if level != proposal.band:
        check_reason(reason)
    triage = Triage.objects.create(
        dossier=dossier,
        instrument=proposal.identifier,
        instrument_version=proposal.version,
        answers=dict(answers),
        proposal=proposal.as_json(),
        level=level,
        reason=reason,
        decided_by_id=acting.own_staff_id,
    )
    if level != case.level:
        set_level(acting, case, level, reason)
    course = course_of(dossier.pk)
    is_notified = case.state in _NOTIFIED or (course is not None and course.current.state in _NOTIFIED)
    if is_notified:
        assign(dossier, Function.LEAD, acting.own_staff_id, is_named=False)
        finish_triage_item(acting, dossier)
        if course is None:
            move_to_state(acting, case, State.ACTIVE)
    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=Act.TRIAGED,
        about=("triage", triage.pk),
        text=reason,
        details={"level": level, "proposed": proposal.band},
    )
    notify_participants(acting, dossier, Act.TRIAGED)
    report_fact(acting, dossier=dossier, fact=Fact.TRIAGED_ON, value=acting.today)
    return triage


def ask_for_triage(acting: Acting, dossier: Dossier) -> None:
    """Set the work item for the triage at the institution that receives the case."""
    add_work_item(
        acting,
        dossier=dossier,
        title=gettext_noop("Triage the notification"),
        is_own_words=False,
        due_on=acting.today + timedelta(days=_TRIAGE_DAYS),
        addressed_id=receiver_of(dossier).pk,
        about=("case", dossier.pk),
        settled_by=Fact.TRIAGED_ON,
    )


def check_triages(acting: Acting, dossier: Dossier) -> None:
    """Raise ``Refused`` unless the acting person triages at the institution that receives the case."""
    if not triages(acting, dossier):
        raise Refused(
            _("%(institution)s receives this case: only they can triage it.")
            % {"institution": receiver_of(dossier).short_name}
        )


def finish_triage_item(acting: Acting, dossier: Dossier) -> None:
    """Close the triage work item, whatever becomes of the notification."""
    close_items_about(acting, dossier=dossier, about=("case", dossier.pk))
