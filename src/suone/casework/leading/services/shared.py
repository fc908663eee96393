"""What the acts of leading share: the locked case, its state, and whom a word of its procedure means."""

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
from suone.records.dossiers.queries import HasPower
from suone.records.dossiers.services import lock


def case_with_course(dossier_id: int) -> Case:
    """The case as it is kept now, with where it stands in its procedure."""
    return _with_course().get(pk=dossier_id)


def lock_case_to_lead(acting: Acting, dossier_id: int) -> tuple[Case, Course | None]:
    """The case as it is kept now, locked, with where it stands in its procedure; refused to whoever does not lead it.

    The lock is a statement of its own: who waited for it sees what was done, and ended, meanwhile.
    """
    lock(dossier_id)
    case = _with_course().annotate(is_led=HasPower("pk", Value(Power.LEAD.value))).get(pk=dossier_id)
    check_is_led(case.is_led)
    return case, course_in(case)


def _with_course() -> QuerySet[Case]:
    """Cases with where they stand; a procedure's text is fetched where it was not read yet."""
    return Case.objects.select_related("dossier__course__version").defer("dossier__course__version__text")


def course_in(case: Case) -> Course | None:
    """Where it stands in its procedure, if it follows one."""
    return getattr(case.dossier, "course", None)


class PartiesOfCase:
    """Who is meant by a word of a procedure: the office, notifier, lead or case manager, or a kind of institution."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __call__(self, word_of_file: str) -> Party:
        if word_of_file == "office":
            return self.office
        if word_of_file == "notifier":
            return Party(self.case.notifier_id, self.case.notified_by)
        if word_of_file == Function.LEAD:
            return self.named.get(Function.LEAD) or self.office
        if word_of_file == Function.CASE_MANAGER:  # until one is named the lead does it
            return self.named.get(Function.CASE_MANAGER) or self(Function.LEAD)
        return self.of_kind(word_of_file) or self(Function.LEAD)

    def of_kind(self, kind: str) -> Party | None:
        """The institution of this kind that takes part, else one that is asked to, else the only one there is."""
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
        return Party(iiz_office().pk)

    @cached_property
    def named(self) -> dict[str, Party]:
        current = Assignment.objects.filter(dossier_id=self.case.pk, valid_until=None).select_related("staff")
        return {row.function: Party(row.staff.institution_id, row.staff) for row in current}


def move_to_state(acting: Acting, case: Case, then: State, reason: str = "") -> None:
    """To another machine state, as far as the table of moves allows; the reason stands in the background."""
    check_can_move(State(case.state), then)
    Case.objects.filter(pk=case.pk).update(state=then, state_since=acting.today)
    note_background(acting, case.dossier, Background.Kind.STATE_REASON, DataCategory.ADMINISTRATIVE, text=reason)
