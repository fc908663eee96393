"""Informing everybody at once, querying the register from a case, and ending a participation."""

from suone.canton.procedures.facts import Fact
from suone.casework.casepage import rules
from suone.casework.casepage.acts import Act
from suone.casework.casepage.queries import Reach, is_to_check_register, reach_of
from suone.casework.cases import services as cases
from suone.casework.cases.models import Case, Participant
from suone.casework.cases.rules import NoteKind
from suone.casework.leading import services as leading
from suone.casework.plans.services import release_signatures
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.permissions import Permission
from suone.ground.audit.models import RecordKind
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import own_reach
from suone.records.dossiers.services import record_event
from suone.records.inbox.services import notify_staff
from suone.register.server.rules import Purpose
from suone.register.server.services import PersonAnswer, look_up_case


def inform_everyone(acting: Acting, *, dossier: Dossier, text: str, category: DataCategory) -> Reach:
    """Write a note and notify those who follow the case and may read it; returns whom it reaches and whom not.

    Raises ``Refused`` for an empty text, or when nobody else may read the data category.
    """
    reach = reach_of(dossier, category)
    others = [staff for staff in reach.reached if staff.pk != acting.staff_id]
    rules.check_can_inform(text, reached=len(others))
    note = cases.write_note(acting, dossier=dossier, text=text, category=category, kind=NoteKind.NOTE)
    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.DISCLOSE,
        act=Act.INFORMED,
        category=category,
        about=("note", note.pk),
        recipients=sorted({staff.institution_id for staff in others}),
    )
    notify_staff(acting, staff_ids=[staff.pk for staff in others], act=Act.INFORMED, dossier=dossier)
    return reach


def ask_register(acting: Acting, *, case: Case, purpose: Purpose) -> PersonAnswer:
    """Ask the register who else follows the person of a case.

    Where the own institution has the task of checking the register, this settles it: nothing else does.
    """
    dossier = case.dossier
    answer = look_up_case(acting, dossier=dossier, purpose=purpose)
    writes = own_reach(acting, dossier).has(Power.WRITE) and acting.may(Permission.CASE_WORK)
    if answer.is_registered and writes and is_to_check_register(acting, dossier):
        leading.report_fact(acting, dossier=dossier, fact=Fact.REGISTER_CHECKED)
    return answer


def leave(acting: Acting, *, participant: Participant) -> None:
    """End an institution's participation; plans no longer wait for its signature."""
    cases.leave(acting, participant=participant)
    release_signatures(acting, dossier=participant.dossier)
