"""Shared by the acts of leading: the locked case, its state, and the addressees of its procedure."""

from django.db.models import QuerySet, Value
from django.utils.functional import cached_property

from suone.casework.cases.models import Assignment, Background, Case, Function, Participant, ParticipantState
from suone.casework.cases.rules import State, check_can_move
from suone.casework.cases.services import check_is_led, note_background
from suone.casework.leading.models import Course
from suone.casework.leading.services.course import Party
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.organisation.institutions.models import Institution
from suone.organisation.institutions.queries import iiz_office
from suone.records.decisions.models import Decision
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import HasPower
from suone.records.dossiers.services import lock
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import cancel, cancel_items_about


def case_with_course(dossier_id: int) -> Case:
    """Return the case as stored now, with its position in the procedure."""
    return _with_course().get(pk=dossier_id)


def lock_case_to_lead(acting: Acting, dossier_id: int) -> tuple[Case, Course | None]:
    """Lock the case and return it as stored now, with its position; raises ``Refused`` unless the acting institution leads.

    The lock is a separate statement, so that whoever waited for it sees what was committed meanwhile.
    """
    lock(dossier_id)
    case = _with_course().annotate(is_led=HasPower("pk", Value(Power.LEAD.value))).get(pk=dossier_id)
    check_is_led(case.is_led)
    return case, course_in(case)


def _with_course() -> QuerySet[Case]:
    """Cases with their position; the text of a procedure is fetched only when not yet cached."""
    return Case.objects.select_related("dossier__course__version").defer("dossier__course__version__text")


def course_in(case: Case) -> Course | None:
    """Return the position of a loaded case, ``None`` without a procedure."""
    return getattr(case.dossier, "course", None)


class PartiesOfCase:
    """Resolve an addressee named in a procedure file: office, receiver, notifier, lead, case manager, or a kind of institution."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __call__(self, word_of_file: str) -> Party:
        if word_of_file == "office":
            return self.office
        if word_of_file == "receiver":
            return self.receiver
        if word_of_file == "notifier":
            return Party(self.case.notifier_id, self.case.notified_by)
        if word_of_file == Function.LEAD:
            return self.named.get(Function.LEAD) or self.receiver
        if word_of_file == Function.CASE_MANAGER:  # the lead until one is named
            return self.named.get(Function.CASE_MANAGER) or self(Function.LEAD)
        return self.of_kind(word_of_file) or self(Function.LEAD)

    def taking_part(self) -> list[Party]:
        """Return the institutions that take part, in the order in which they joined."""
        rows = Participant.objects.filter(dossier_id=self.case.pk, state=ParticipantState.TAKING_PART).order_by("pk")
        return [Party(institution_id) for institution_id in rows.values_list("institution_id", flat=True)]

    def of_kind(self, kind: str) -> Party | None:
        """Return the institution of this kind that takes part, else one asked to, else the only one in the canton."""
        taking_part = Participant.objects.filter(dossier_id=self.case.pk, state=ParticipantState.TAKING_PART)
        following = (
            taking_part.filter(institution__kind=kind).order_by("pk").values_list("institution_id", flat=True).first()
        )
        if following is not None:
            return Party(following)
        asked = Decision.objects.filter(dossier_id=self.case.pk, state="pending", addressed__kind=kind).order_by("pk")
        found = asked.values_list("addressed_id", flat=True).first()
        every = list(Institution.objects.filter(kind=kind).values_list("pk", flat=True)[:2])
        return Party(found) if found else Party(every[0]) if len(every) == 1 else None

    @cached_property
    def office(self) -> Party:
        """The IIZ office of the canton."""
        return Party(iiz_office().pk)

    @cached_property
    def receiver(self) -> Party:
        """The institution that receives the case: the IIZ office, unless the procedure names another kind."""
        return Party(self.case.dossier.receiver_id) if self.case.dossier.receiver_id else self.office

    @cached_property
    def named(self) -> dict[str, Party]:
        """Lead and case manager by their function, with their institutions."""
        current = Assignment.objects.filter(dossier_id=self.case.pk, valid_until=None).select_related("staff")
        return {row.function: Party(row.staff.institution_id, row.staff) for row in current}


def cancel_open_items(acting: Acting, dossier: Dossier, *, reason: str) -> None:
    """Cancel all that is still to be done in a case that ends, for this reason."""
    for item in WorkItem.objects.filter(dossier=dossier, state=ItemState.OPEN).select_related("addressed", "dossier"):
        if item.settled_by:
            WorkItem.objects.filter(pk=item.pk).update(reason=reason[:300])
            cancel_items_about(acting, dossier=dossier, about=("workitem", item.pk))
        else:
            cancel(acting, item=item, reason=reason[:300])


def move_to_state(acting: Acting, case: Case, then: State, reason: str = "") -> None:
    """Change the state of the case, keeping the reason in its background; raises ``Refused`` if not allowed."""
    check_can_move(State(case.state), then)
    Case.objects.filter(pk=case.pk).update(state=then, state_since=acting.today)
    note_background(acting, case.dossier, Background.Kind.STATE_REASON, DataCategory.ADMINISTRATIVE, text=reason)
