"""The kinds and states of meetings, and what is checked before an act. Pure: no clock, no database."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.canton.procedures.rules import Convening
from suone.ground.access.errors import Refused
from suone.organisation.institutions.kinds import InstitutionKind


class Kind(models.TextChoices):
    """What a meeting is for; each kind has its own rules."""

    ROUND_TABLE = "round_table", gettext_lazy("Round table")
    ASSESSMENT = "assessment", gettext_lazy("Assessment")
    JOINT_INTERVIEW = "joint_interview", gettext_lazy("Joint interview")
    REVIEW = "review", gettext_lazy("Review meeting")
    NETWORK = "network", gettext_lazy("Network meeting")
    INTERVISION = "intervision", gettext_lazy("Intervision")
    FIXED_SESSION = "fixed_session", gettext_lazy("Fixed session")
    REGIONAL = "regional", gettext_lazy("Regional meeting")


# About one case; an intervision may be about one or about none.
CASE_KINDS = frozenset({Kind.ROUND_TABLE, Kind.ASSESSMENT, Kind.JOINT_INTERVIEW, Kind.REVIEW, Kind.NETWORK})
OPEN_KINDS = frozenset({Kind.FIXED_SESSION, Kind.REGIONAL, Kind.INTERVISION})
# Kinds whose agenda may contain cases.
SESSION_KINDS = frozenset({Kind.FIXED_SESSION, Kind.INTERVISION})


class PersonPart(models.TextChoices):
    """When the person concerned is present."""

    ABSENT = "absent", gettext_lazy("not present")
    WHOLE = "whole", gettext_lazy("present from beginning to end")
    SECOND = "second", gettext_lazy("present in the second part")


# The person is normally absent from a round table; an assessment is done with them; a joint interview has two parts.
USUAL_PART: dict[Kind, PersonPart] = {
    Kind.ROUND_TABLE: PersonPart.ABSENT,
    Kind.ASSESSMENT: PersonPart.WHOLE,
    Kind.JOINT_INTERVIEW: PersonPart.SECOND,
    Kind.REVIEW: PersonPart.WHOLE,
    Kind.NETWORK: PersonPart.WHOLE,
    Kind.INTERVISION: PersonPart.ABSENT,
    Kind.FIXED_SESSION: PersonPart.ABSENT,
    Kind.REGIONAL: PersonPart.ABSENT,
}
# Meetings that count as held only with the person.
_NEEDED_PART = {Kind.ASSESSMENT: PersonPart.WHOLE, Kind.JOINT_INTERVIEW: PersonPart.SECOND}
WITH_PERSON = frozenset(_NEEDED_PART)


class Party(models.TextChoices):
    """Who belongs to a meeting, as a source names them."""

    CONTACT_PERSONS = "contact_persons", gettext_lazy("contact persons of the institutions")
    NOTIFIER = "notifier", gettext_lazy("the notifying worker")
    PHYSICIAN = "physician", gettext_lazy("a physician delegated by the RAD")
    PERSON = "person", gettext_lazy("the person concerned")


# Annual report 2024 of the Valais, «Begriffe», Assessment.
PARTIES: dict[Kind, tuple[Party, ...]] = {Kind.ASSESSMENT: tuple(Party)}
USUAL_MINUTES: dict[Kind, int] = {Kind.JOINT_INTERVIEW: 150, Kind.FIXED_SESSION: 180}
SHORTEST, LONGEST = 15, 480


class State(models.TextChoices):
    """How far a meeting is: its date is sought or fixed, it was held, or it is cancelled."""

    PLANNING = "planning", gettext_lazy("a date is being found")
    SCHEDULED = "scheduled", gettext_lazy("planned")
    HELD = "held", gettext_lazy("held")
    CANCELLED = "cancelled", gettext_lazy("cancelled")


# The allowed state transitions; a scheduled meeting may be rescheduled.
MOVES: dict[State, frozenset[State]] = {
    State.PLANNING: frozenset({State.SCHEDULED, State.CANCELLED}),
    State.SCHEDULED: frozenset({State.SCHEDULED, State.HELD, State.CANCELLED}),
    State.HELD: frozenset(),
    State.CANCELLED: frozenset(),
}


class Answer(models.TextChoices):
    """The answer to an invitation."""

    WAITING = "waiting", gettext_lazy("not answered yet")
    ACCEPTED = "accepted", gettext_lazy("will be there")
    DECLINED = "declined", gettext_lazy("will not be there")
    WITHDRAWN = "withdrawn", gettext_lazy("no longer invited")


class Suits(models.TextChoices):
    """Whether a proposed date suits."""

    YES = "yes", gettext_lazy("yes")
    IF_NEED_BE = "if_need_be", gettext_lazy("if need be")
    NO = "no", gettext_lazy("no")


class Presence(models.TextChoices):
    """Whether an invitee was there, as the minutes record it."""

    UNKNOWN = "unknown", gettext_lazy("not recorded")
    PRESENT = "present", gettext_lazy("present")
    EXCUSED = "excused", gettext_lazy("excused")
    ABSENT = "absent", gettext_lazy("absent")


class EntryKind(models.TextChoices):
    """What a line of a meeting is: said before it, or recorded in its minutes."""

    CONTRIBUTION = "contribution", gettext_lazy("Contribution in advance")
    MINUTES = "minutes", gettext_lazy("Minutes")
    RECOMMENDATION = "recommendation", gettext_lazy("Recommendation")
    DECISION = "decision", gettext_lazy("Decision")
    MANDATE = "mandate", gettext_lazy("Mandate")


# Entries of the minutes; contributions come before the meeting.
MINUTES_KINDS = tuple(kind for kind in EntryKind if kind is not EntryKind.CONTRIBUTION)
# Somebody has to do something by a given day.
BINDING_KINDS = frozenset({EntryKind.DECISION, EntryKind.MANDATE})


# Entries that can be followed up in a plan or service.
FOLLOW_UP_KINDS = frozenset({EntryKind.RECOMMENDATION, EntryKind.DECISION, EntryKind.MANDATE})


class Section(models.TextChoices):
    """The section of a plan into which an entry is written."""

    MEASURE = "measure", gettext_lazy("Measure")
    GOAL = "goal", gettext_lazy("Goal")
    DIFFICULTY = "difficulty", gettext_lazy("Difficulty")
    RESOURCE = "resource", gettext_lazy("Resource")
    COMMITMENT = "commitment", gettext_lazy("Commitment of the person")


def kinds_in_order(first: Collection[str], kinds: Iterable[Kind]) -> list[Kind]:
    """Sort the kinds of meeting: those the procedure names for its phase first."""
    return sorted(kinds, key=lambda kind: kind.value not in first)


def check_kind(kind: Kind, *, has_case: bool) -> None:
    """Check that this kind of meeting is convened with or without a case; raises ``Refused`` otherwise."""
    if has_case and kind not in CASE_KINDS | {Kind.INTERVISION}:
        raise Refused(_("Such a meeting is about many cases: convene it from the list of meetings."))
    if not has_case and kind not in OPEN_KINDS:
        raise Refused(_("Such a meeting is about one case: convene it from the page of the case."))


def who_convenes(kind: Kind, conveners: Iterable[Convening]) -> list[Convening]:
    """What the procedures say of who convenes this kind of meeting; empty where anybody who convenes meetings may."""
    return [one for one in conveners if one.meeting == kind.value]


def may_convene(kind: Kind, conveners: Iterable[Convening], *, roles: Collection[str], institution: str) -> bool:
    """Return whether somebody with these roles, at an institution of this kind, convenes this kind of meeting."""
    named = who_convenes(kind, conveners)
    return not named or any(one.allows(roles=roles, institution=institution) for one in named)


def check_convener(kind: Kind, conveners: Iterable[Convening], *, roles: Collection[str], institution: str) -> None:
    """Raise ``Refused`` for anybody but those whom the procedure names for this kind of meeting."""
    conveners = list(conveners)
    if not may_convene(kind, conveners, roles=roles, institution=institution):
        raise Refused(
            _("%(meeting)s: the procedure names who convenes it: %(who)s. Ask them to.")
            % {"meeting": kind.label, "who": in_words(who_convenes(kind, conveners))}
        )


def in_words(conveners: Iterable[Convening]) -> str:
    """The roles and kinds of institutions that convene a meeting, in the reader's language."""
    return ", ".join(dict.fromkeys(name for one in conveners for name in one.names))


def check_person_part(kind: Kind, part: PersonPart, *, has_case: bool) -> None:
    """Check that the person is present when the kind requires it, and only with a case; raises ``Refused`` otherwise."""
    needed = _NEEDED_PART.get(kind)
    if needed is not None and part != needed:
        raise Refused(
            _("%(meeting)s: the person must be %(part)s.") % {"meeting": kind.label, "part": PersonPart(needed).label}
        )
    if not has_case and part != PersonPart.ABSENT:
        raise Refused(_("No person concerned takes part in a meeting without a case."))


# Whose advisers meet before a renewed request for placement (agreement SMZ–IV, no. 1, «In jedem Fall»).
ADVISERS_OF_PLACEMENT = frozenset({InstitutionKind.SOCIAL_ASSISTANCE, InstitutionKind.DISABILITY_INSURANCE})


def are_both_advisers(kinds: Collection[str]) -> bool:
    """Return whether social assistance and IV both had somebody at the table, given the kinds of institution there."""
    return set(kinds) >= ADVISERS_OF_PLACEMENT


def check_may_be_told(kind: Kind, institution: str, *, is_told: bool) -> None:
    """Raise ``Refused`` for a network meeting about a case with an institution that may not learn whom it is about."""
    if kind is Kind.NETWORK and not is_told:
        raise Refused(
            _(
                "Whoever is invited to a network meeting learns of the person: record the disclosure to %(institution)s first, or let a consent name it."
            )
            % {"institution": institution}
        )


def missing_parties(kind: Kind, there: Collection[Party]) -> list[Party]:
    """Return who belongs to a meeting of this kind and was not there."""
    return [party for party in PARTIES.get(kind, ()) if party not in there]


def lacks_physician(kind: Kind, *, invited_physicians: int) -> bool:
    """Return whether an assessment has no physician delegated by the RAD."""
    return kind is Kind.ASSESSMENT and not invited_physicians


def check_physician(kind: Kind, *, invited_physicians: int, has_reason: bool) -> None:
    """Raise ``Refused`` for an assessment without a physician and without a reason."""
    if lacks_physician(kind, invited_physicians=invited_physicians) and not has_reason:
        raise Refused(
            _("An assessment needs a physician delegated by the RAD: invite one, or give the reason why not.")
        )


def check_age(age: int | None, ages: tuple[int, int] | None, *, reason: str) -> None:
    """Check that the procedure of a case is meant for somebody of this age, where both are known, or that a reason is given."""
    if age is None or ages is None or ages[0] <= age <= ages[1] or reason.strip():
        return
    raise Refused(
        _(
            "The person is %(age)s; the procedure is for people from %(youngest)s to %(oldest)s. Give the reason as the title."
        )
        % {"age": age, "youngest": ages[0], "oldest": ages[1]}
    )


def check_length(minutes: int, second_part_after: int | None, part: PersonPart) -> None:
    """Check the length and the start of the second part, both in minutes; raises ``Refused`` when out of range."""
    if not SHORTEST <= minutes <= LONGEST:
        raise Refused(
            _("A meeting takes between %(least)s and %(most)s minutes.") % {"least": SHORTEST, "most": LONGEST}
        )
    if part == PersonPart.SECOND and not second_part_after:
        raise Refused(_("Say after how many minutes the second part with the person begins."))
    if second_part_after and second_part_after >= minutes:
        raise Refused(_("The second part must begin before the meeting ends."))


def check_when(
    starts_at: datetime | None, proposals: Collection[datetime], answer_until: date | None, *, on: date
) -> None:
    """Check that a meeting has either a time or proposed dates with a day for the answers; raises ``Refused`` otherwise."""
    if starts_at is None and not proposals:
        raise Refused(_("Set the time of the meeting, or propose dates to choose from."))
    if starts_at is not None and proposals:
        raise Refused(_("Either set the time or propose dates, not both."))
    if proposals:
        check_proposals(proposals, answer_until, on=on)


def check_proposals(proposals: Collection[datetime], answer_until: date | None, *, on: date) -> None:
    """Check that proposed dates differ, are after ``on``, and leave time to answer; raises ``Refused`` otherwise."""
    if len(set(proposals)) < len(proposals):
        raise Refused(_("A date has been proposed twice."))
    if any(proposal.date() <= on for proposal in proposals):
        raise Refused(_("Propose dates from tomorrow on."))
    if answer_until is None or answer_until < on:
        raise Refused(_("Set the day by which answers are needed: today or later."))
    if any(proposal.date() < answer_until for proposal in proposals):
        raise Refused(_("The answers are needed before the first proposed date."))


def check_can_move(now: State, then: State) -> None:
    """Check a state transition; raises ``Refused`` otherwise."""
    if then in MOVES[now]:
        return
    if now is State.PLANNING:
        raise Refused(_("Set the date first."))
    raise Refused(_("This meeting is over: it was held, or cancelled."))


def is_open(state: State) -> bool:
    """Return whether a meeting in this state is still ahead."""
    return bool(MOVES[state])


def check_open(state: State) -> None:
    """Raise ``Refused`` once the meeting has been held or cancelled."""
    if not is_open(state):
        raise Refused(_("This meeting is over: it was held, or cancelled."))


def check_can_hold(
    state: State, kind: Kind, part: PersonPart, *, person_came: bool | None, starts_on: date | None, on: date
) -> None:
    """Check that a meeting can be recorded as held: its day has come, and whether the person came is known.

    Raises ``Refused`` otherwise, and when the kind requires the person and they did not come.
    """
    check_can_move(state, State.HELD)
    if starts_on is not None and starts_on > on:
        raise Refused(_("The day of the meeting has not come yet."))
    if part != PersonPart.ABSENT and person_came is None:
        raise Refused(_("Record whether the person was there."))
    if kind in _NEEDED_PART and not person_came:
        raise Refused(
            _("%(meeting)s: without the person it has not been held. Find a new date, or cancel it.")
            % {"meeting": kind.label}
        )


def check_reason(reason: str) -> None:
    """Raise ``Refused`` unless a reason is given."""
    if not reason.strip():
        raise Refused(_("Give the reason: those concerned will read it."))


def check_text(text: str) -> None:
    """Raise ``Refused`` for an empty text."""
    if not text.strip():
        raise Refused(_("Write a text first."))


def check_binding(kind: EntryKind, *, has_responsible: bool, due_on: date | None, on: date) -> None:
    """Check that a mandate, and a decision if it names either, has somebody responsible and a due date.

    Raises ``Refused`` otherwise, and for a due date before ``on``. Other entries have neither.
    """
    if kind not in BINDING_KINDS:
        return
    if has_responsible != (due_on is not None):
        raise Refused(_("Name both: who is responsible, and until when."))
    if kind is EntryKind.MANDATE and not has_responsible:
        raise Refused(_("A mandate names who carries it out, and until when."))
    if due_on is not None and due_on < on:
        raise Refused(_("Choose a day that is not in the past."))


def check_section(section: Section, *, has_responsible: bool) -> None:
    """Raise ``Refused`` when an entry without somebody responsible is to become a measure."""
    if section is Section.MEASURE and not has_responsible:
        raise Refused(_("A measure needs somebody responsible: choose another section, or write it in the plan."))


def check_can_follow_up(kind: EntryKind, *, is_finished: bool, has_case: bool, is_own: bool, is_done: bool) -> None:
    """Check that an entry can be followed up: once, from finished minutes about a case, by the institution that wrote it.

    Raises ``Refused`` otherwise.
    """
    if kind not in FOLLOW_UP_KINDS or not has_case:
        raise Refused(_("Only recommendations, decisions and mandates about a case can be followed up."))
    if not is_finished:
        raise Refused(_("Finish the minutes first."))
    if not is_own:
        raise Refused(_("Only the institution that wrote it can change this."))
    if is_done:
        raise Refused(_("This has already been done."))


def check_minutes_open(state: State, *, finished: bool) -> None:
    """Check that minutes can be written: from the scheduled meeting until they are finished; raises ``Refused`` otherwise."""
    if state in (State.PLANNING, State.CANCELLED):
        raise Refused(_("Minutes are written once the date is set."))
    if finished:
        raise Refused(_("The minutes are finished and no longer change."))


def check_can_finish(state: State, *, finished: bool, entries: int) -> None:
    """Check that minutes can be finished: once, after the meeting, and not empty; raises ``Refused`` otherwise."""
    if state is not State.HELD:
        raise Refused(_("Record first that the meeting was held."))
    if finished:
        raise Refused(_("The minutes are finished and no longer change."))
    if not entries:
        raise Refused(_("The minutes are still empty."))
