"""Informing everybody at once, and letting an institution go."""

from suone.access.acting import Acting
from suone.access.categories import DataCategory
from suone.audit.models import RecordKind
from suone.cases import services as cases
from suone.cases.models import Participant
from suone.cases.rules import NoteKind
from suone.course import rules
from suone.course.acts import Act
from suone.course.queries import Reach, reach_of
from suone.dossiers.models import Dossier
from suone.dossiers.services import tell
from suone.inbox.services import tell_staff
from suone.plans.services import release_signatures


def inform_everybody(acting: Acting, *, dossier: Dossier, text: str, category: DataCategory) -> Reach:
    """Write a note and tell all who follow the case and may read it; who it does not reach is named to the writer."""
    reach = reach_of(dossier, category)
    others = [staff for staff in reach.reached if staff.pk != acting.staff_id]
    rules.check_can_inform(text, reached=len(others))
    note = cases.write_note(acting, dossier=dossier, text=text, category=category, kind=NoteKind.NOTE)
    tell(
        acting,
        dossier=dossier,
        kind=RecordKind.DISCLOSE,
        act=Act.INFORMED,
        category=category,
        about=("note", note.pk),
        recipients=sorted({staff.institution_id for staff in others}),
    )
    tell_staff(acting, staff_ids=[staff.pk for staff in others], act=Act.INFORMED, dossier=dossier)
    return reach


def leave(acting: Acting, *, participant: Participant) -> None:
    """An institution no longer takes part: no plan waits for its signature any more."""
    cases.leave(acting, participant=participant)
    release_signatures(acting, dossier=participant.dossier)
