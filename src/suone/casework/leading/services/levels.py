"""The level of collaboration, set by the triage and changed by a later decision."""

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.models import ProcedureVersion
from suone.casework.cases.models import Case
from suone.casework.cases.rules import State, can_move, check_reason
from suone.casework.cases.services import notify_participants
from suone.casework.leading import rules
from suone.casework.leading.acts import Act
from suone.casework.leading.facts import facts_of
from suone.casework.leading.models import Course, LevelChange
from suone.casework.leading.queries import visited_phases
from suone.casework.leading.services.course import begin, move_over
from suone.casework.leading.services.procedure import report_fact, sync_state_to_phase
from suone.casework.leading.services.shared import PartiesOfCase, lock_case_to_lead
from suone.ground.access.acting import Acting
from suone.ground.audit.models import RecordKind
from suone.records.dossiers.services import record_event


def change_level(
    acting: Acting, *, case: Case, level: str, reason: str, procedure: ProcedureVersion | None = None
) -> LevelChange:
    """Change the level of an open case: simple, network or complex.

    With ``procedure`` the case moves to it: into the last phase it was in there, otherwise to its start, and on as far as
    known facts allow. Its state stays unless the new phase requires another. Raises ``Refused`` for a closed case, before
    its triage, without a reason, or when the acting institution does not lead it.
    """
    case, course = lock_case_to_lead(acting, case.pk)
    dossier = case.dossier
    rules.check_can_change_level(now=case.level, then=level, is_open=case.is_open)
    check_reason(reason)
    change = set_level(acting, case, level, reason)
    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=Act.LEVEL_CHANGED,
        about=("level", change.pk),
        text=reason,
        details={"from": change.from_level, "to": level},
    )
    if procedure is not None:
        _switch_procedure(acting, case, course, procedure, reason)
    report_fact(acting, dossier=dossier, fact=Fact.TRIAGED_ON, value=acting.today)
    notify_participants(acting, dossier, Act.LEVEL_CHANGED)
    return change


def set_level(acting: Acting, case: Case, level: str, reason: str) -> LevelChange:
    """Set the level of the case, recording who set it and why."""
    Case.objects.filter(pk=case.pk).update(level=level)
    return record_level_change(acting, case.pk, case.level, level, reason)


def record_level_change(acting: Acting, dossier_id: int, before: str, level: str, reason: str) -> LevelChange:
    """Record a change of level for the history on the case page."""
    return LevelChange.objects.create(
        dossier_id=dossier_id,
        from_level=before,
        to_level=level,
        reason=reason,
        on=acting.today,
        staff_id=acting.own_staff_id,
        institution_id=acting.own_institution_id,
    )


def _switch_procedure(
    acting: Acting, case: Case, course: Course | None, version: ProcedureVersion, reason: str
) -> None:
    """Switch to another procedure: into the last phase the case was in there, or to its start."""
    facts = facts_of(acting, case, *version.procedure.phases)
    parties = PartiesOfCase(case)
    if course is None:
        begin(acting, dossier=case.dossier, version=version, facts=facts, parties=parties)
        return
    been = [phase for procedure, phase in visited_phases(case.pk) if procedure == version.identifier]
    known = [phase.id for phase in version.procedure.phases if not phase.is_end]
    last = next((phase for phase in been if phase in known), known[0])
    phase = move_over(
        acting,
        dossier=case.dossier,
        course=course,
        version=version,
        phase=last,
        facts=facts,
        parties=parties,
        reason=reason,
    )
    if case.state != State.SUSPENDED and can_move(State(case.state), State(phase.state)):
        sync_state_to_phase(acting, case, phase)
