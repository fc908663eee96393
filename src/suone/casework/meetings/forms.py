"""Input forms of the meeting pages: field types and choices only; the rules are in ``rules`` and ``services``."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.casework.cases.models import Case
from suone.casework.cases.named_in_consent import named_and_not_asked
from suone.casework.meetings.at_the_table import institutions_in_case, people_by_name, proposed_people
from suone.casework.meetings.models import AgendaPoint, DateProposal, Guest, Invitee, Meeting
from suone.casework.meetings.queries import (
    convened_by_others,
    institutions_at,
    kinds_for,
)
from suone.casework.meetings.rules import (
    MINUTES_KINDS,
    USUAL_MINUTES,
    USUAL_PART,
    Answer,
    EntryKind,
    Kind,
    PersonPart,
    Presence,
    Section,
    Suits,
)
from suone.casework.meetings.services.convening import Convocation, Seat
from suone.casework.meetings.services.minutes import EntryContent
from suone.casework.plans.rules import Kind as PlanKind
from suone.casework.support.rules import Kind as ServiceKind
from suone.casework.support.rules import Variant
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.permissions import Permission
from suone.ground.web.fields import AsksAboutThePast, DayAhead, MomentField, NumberField, TextField, VersionField
from suone.organisation.appointments.fields import SeveralStaffField, StaffField, offer
from suone.organisation.appointments.models import Appointment, AppointmentQuerySet
from suone.organisation.institutions.models import Institution, Region
from suone.records.dossiers.models import Dossier

_PROPOSED = 4
_ANSWER_DAYS = 7


def _moment(label: Any, **others: Any) -> MomentField:
    return MomentField(label=label, required=False, **others)


def _category(initial: DataCategory) -> forms.TypedChoiceField:
    """All data categories: what an institution contributes may belong to one that is closed to itself."""
    return forms.TypedChoiceField(
        label=gettext_lazy("Data category"),
        coerce=int,
        choices=DataCategory.choices,
        initial=initial.value,
        help_text=gettext_lazy(
            "Anybody who may read this category can read it. Diagnoses belong only under health; under employment, write what they mean for work."
        ),
    )


def _limit_categories(form: forms.Form, readable: Sequence[DataCategory]) -> None:
    form.fields["category"].choices = [(c.value, c.label) for c in readable]  # type: ignore[attr-defined]


class ConveneForm(AsksAboutThePast):
    """Who meets, when, where, and about what."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    region = forms.ModelChoiceField(label=gettext_lazy("Region"), queryset=Region.objects.none(), required=False)
    institutions = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Institutions"),
        queryset=Institution.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("An invitation opens nothing of the case; it shows kind, time, place and case number."),
    )
    people = SeveralStaffField(label=gettext_lazy("People by name"), required=False, across=True)
    exception_reason = TextField(
        label=gettext_lazy("If an assessment takes place without a physician, why"), max_length=300, required=False
    )
    person_part = forms.ChoiceField(
        label=gettext_lazy("The person is"),
        choices=[("", gettext_lazy("as usual for this kind")), *PersonPart.choices],
        required=False,
    )
    second_part_after = NumberField(
        least=1, most=480, label=gettext_lazy("Second part with the person after (minutes)"), required=False
    )
    starts_at = _moment(gettext_lazy("Begins, if the time is already set"))
    answer_until = DayAhead(years_ahead=1, label=gettext_lazy("Answers by"), required=False)
    minutes = NumberField(least=15, most=480, label=gettext_lazy("Length in minutes"), required=False)
    place = TextField(
        label=gettext_lazy("Place"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("It appears in calendars and guests can read it: no personal data here."),
    )
    points = TextField(
        label=gettext_lazy("Agenda, one point on each line"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, acting: Acting, dossier: Dossier | None, asked: str = "", **kwargs: Any) -> None:
        """``asked`` is the kind for which the page proposes whom to invite; without it, the first one offered."""
        super().__init__(*args, **kwargs)
        kinds = kinds_for(dossier)
        self.by_others = convened_by_others(acting, dossier, kinds)
        left = {other.kind for other in self.by_others}
        offered = [kind for kind in kinds if kind not in left]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in offered]  # type: ignore[attr-defined]
        kind = next((kind for kind in offered if kind.value == asked), next(iter(offered), None))
        self.fields["kind"].initial = kind
        self.fields["region"].queryset = Region.objects.all()  # type: ignore[attr-defined]
        others = Institution.objects.exclude(pk=acting.own_institution_id)
        self.fields["institutions"].queryset = others  # type: ignore[attr-defined]
        self.fields["answer_until"].initial = acting.today + timedelta(days=_ANSWER_DAYS)
        for number in range(1, _PROPOSED + 1):
            self.fields[f"proposal_{number}"] = _moment(_("Proposed date %(number)s") % {"number": number})
        if dossier is None:
            for name in ("people", "exception_reason", "person_part", "second_part_after"):
                del self.fields[name]
        else:
            del self.fields["region"]
            consented = named_and_not_asked(acting, Case.objects.select_related("dossier").get(pk=dossier.pk))
            alone = [one.staff for one in consented if one.staff]
            offer(self, "people", people_by_name(dossier, on=acting.today, also=alone))
            named = [*(proposed_people(kind, dossier, on=acting.today) if kind else ()), *alone]
            self.fields["people"].initial = list(dict.fromkeys(staff.pk for staff in named))
            through = {staff.institution_id for staff in named}
            around = [*institutions_in_case(dossier.pk), *(one.institution.pk for one in consented)]
            self.fields["institutions"].initial = [pk for pk in around if pk not in through]

    @property
    def proposed(self) -> list[forms.BoundField]:
        return [self[f"proposal_{number}"] for number in range(1, _PROPOSED + 1)]

    def convocation(self, region: Region | None) -> Convocation:
        """Return the input as the service expects it."""
        typed = self.cleaned_data
        kind = Kind(typed["kind"])
        proposals = [typed[field.name] for field in self.proposed if typed[field.name]]
        seats = [Seat(institution) for institution in typed["institutions"]]
        seats += [Seat(staff.institution, staff) for staff in typed.get("people", ())]
        part = PersonPart(typed.get("person_part") or USUAL_PART[kind])
        minutes = typed["minutes"] or USUAL_MINUTES.get(kind, 60)
        after = typed.get("second_part_after")
        return Convocation(
            kind=kind,
            seats=seats,
            region=typed.get("region") or region,
            starts_at=typed["starts_at"],
            proposals=proposals,
            answer_until=typed["answer_until"] if proposals else None,
            minutes=minutes,
            place=typed["place"],
            person_part=part,
            second_part_after=(after or minutes // 2) if part == PersonPart.SECOND else None,
            exception_reason=typed.get("exception_reason", ""),
            points=[line.strip() for line in typed["points"].splitlines() if line.strip()],
        )


class ProposeForm(forms.Form):
    """Further dates to choose from."""

    answer_until = DayAhead(years_ahead=1, label=gettext_lazy("Answers by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, _PROPOSED + 1):
            self.fields[f"proposal_{number}"] = _moment(_("Proposed date %(number)s") % {"number": number})

    def proposals(self) -> list[Any]:
        return [value for name, value in self.cleaned_data.items() if name.startswith("proposal_") and value]


class DatesForm(forms.Form):
    """Which of the proposed dates suit."""

    def __init__(self, *args: Any, proposals: Sequence[DateProposal], labels: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for proposal, label in zip(proposals, labels, strict=True):
            self.fields[f"date_{proposal.pk}"] = forms.ChoiceField(
                label=label, choices=Suits.choices, widget=forms.RadioSelect
            )

    def answers(self) -> dict[int, Suits]:
        return {int(name.removeprefix("date_")): Suits(value) for name, value in self.cleaned_data.items()}


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[("accept", gettext_lazy("We will be there")), ("decline", gettext_lazy("We will not be there"))],
        widget=forms.RadioSelect,
    )
    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Needed when you will not be there."),
    )


class FixForm(AsksAboutThePast):
    starts_at = MomentField(label=gettext_lazy("Begins"))
    version = VersionField()


class ParticularsForm(forms.Form):
    place = TextField(
        label=gettext_lazy("Place"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("It appears in calendars and guests can read it: no personal data here."),
    )
    minutes = NumberField(least=15, most=480, label=gettext_lazy("Length in minutes"))
    version = VersionField()


class InviteForm(forms.Form):
    institution = forms.ModelChoiceField(label=gettext_lazy("Institution"), queryset=Institution.objects.none())
    staff = StaffField(label=gettext_lazy("Somebody by name"), required=False, across=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["institution"].queryset = Institution.objects.all()  # type: ignore[attr-defined]
        working = Appointment.objects.working(on=timezone.localdate()).who_can(Permission.MEETING_ATTEND)
        offer(self, "staff", working.order_by("institution__code", "last_name"))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        staff, institution = typed.get("staff"), typed.get("institution")
        if staff and institution and staff.institution_id != institution.pk:
            self.add_error("staff", _("Choose somebody who works for this institution."))
        return typed

    def seat(self) -> Seat:
        return Seat(self.cleaned_data["institution"], self.cleaned_data["staff"])


class GuestForm(forms.Form):
    name = TextField(label=gettext_lazy("Name"), max_length=100)
    function = TextField(label=gettext_lazy("Function"), max_length=100, required=False)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy("For your records: the product sends no mail to guests."),
    )


class GuestAnswerForm(forms.Form):
    answer = forms.ChoiceField(choices=[("accept", ""), ("decline", "")])


class ReasonForm(forms.Form):
    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Everybody invited can read it: no personal data here."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ContributeForm(forms.Form):
    category = _category(DataCategory.EMPLOYMENT)
    text = TextField(label=gettext_lazy("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8}))


class PointForm(forms.Form):
    title = TextField(label=gettext_lazy("Title"), max_length=200, required=False)
    category = _category(DataCategory.ADMINISTRATIVE)
    case = TextField(
        label=gettext_lazy("Case number"),
        required=False,
        max_length=12,
        help_text=gettext_lazy("Only those who may open the case see it on the agenda."),
    )

    def __init__(self, *args: Any, takes_cases: bool, readable: Sequence[DataCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _limit_categories(self, readable)
        if not takes_cases:
            del self.fields["case"]


class EntryForm(forms.Form):
    """An entry in the minutes."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[(kind.value, kind.label) for kind in MINUTES_KINDS])
    point = forms.ModelChoiceField(
        label=gettext_lazy("Point of the agenda"), queryset=AgendaPoint.objects.none(), required=False
    )
    category = _category(DataCategory.ADMINISTRATIVE)
    text = TextField(label=gettext_lazy("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))
    responsible = forms.ModelChoiceField(
        label=gettext_lazy("Who does it"), queryset=Institution.objects.none(), required=False
    )
    due_on = DayAhead(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("With both, a decision becomes a work item when the minutes are finished."),
    )

    def __init__(
        self,
        *args: Any,
        meeting: Meeting,
        points: Sequence[AgendaPoint],
        readable: Sequence[DataCategory],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _limit_categories(self, readable)
        point = self.fields["point"]
        point.queryset = AgendaPoint.objects.filter(pk__in=[p.pk for p in points]).select_related("dossier")  # type: ignore[attr-defined]
        point.label_from_instance = _label_of  # type: ignore[attr-defined]
        self.fields["responsible"].queryset = institutions_at(meeting)  # type: ignore[attr-defined]

    def content(self) -> EntryContent:
        typed = self.cleaned_data
        return EntryContent(
            kind=EntryKind(typed["kind"]),
            text=typed["text"],
            category=DataCategory(typed["category"]),
            point=typed["point"],
            responsible=typed["responsible"],
            due_on=typed["due_on"],
        )


class CorrectEntryForm(forms.Form):
    text = TextField(label=gettext_lazy("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8}))
    version = VersionField()


class IntoPlanForm(forms.Form):
    """The plan and the section into which an entry is written."""

    kind = forms.ChoiceField(label=gettext_lazy("Plan"))
    section = forms.ChoiceField(label=gettext_lazy("Section"), choices=Section.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, kinds: Sequence[PlanKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]


class OrderForm(forms.Form):
    """The service that a mandate requires, and who is responsible for it."""

    kind = forms.ChoiceField(label=gettext_lazy("Service"), choices=ServiceKind.choices)
    variant = forms.ChoiceField(
        label=gettext_lazy("Variant of a coaching"), choices=[("", "–"), *Variant.choices], required=False
    )
    staff = StaffField(label=gettext_lazy("Who is responsible"), across=True)
    second = StaffField(
        label=gettext_lazy("Second person of the coaching"),
        required=False,
        across=True,
        help_text=gettext_lazy("Either form of coaching has a RAV adviser and a social worker."),
    )

    def __init__(self, *args: Any, people: AppointmentQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "staff", people)
        offer(self, "second", people)


class HoldForm(forms.Form):
    """Who was there."""

    def __init__(
        self, *args: Any, meeting: Meeting, invitees: Sequence[Invitee], guests: Sequence[Guest], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if meeting.person_part != PersonPart.ABSENT:
            self.fields["person_came"] = forms.ChoiceField(
                label=_("Was the person there?"),
                choices=[("yes", _("yes")), ("no", _("no"))],
                widget=forms.RadioSelect,
            )
        for prefix, people in (("invitee", invitees), ("guest", guests)):
            for somebody in people:
                self.fields[f"{prefix}_{somebody.pk}"] = forms.ChoiceField(
                    label=somebody.name,
                    choices=[choice for choice in Presence.choices if choice[0] != Presence.UNKNOWN],
                    initial=Presence.EXCUSED if somebody.answer == Answer.DECLINED else Presence.PRESENT,
                    widget=forms.RadioSelect,
                )

    def presences(self, prefix: str) -> dict[int, Presence]:
        return {
            int(name.removeprefix(f"{prefix}_")): Presence(value)
            for name, value in self.cleaned_data.items()
            if name.startswith(f"{prefix}_")
        }

    @property
    def person_came(self) -> bool | None:
        came = self.cleaned_data.get("person_came")
        return came == "yes" if came else None


def _label_of(point: AgendaPoint) -> str:
    return f"{point.position}. {point.title or (point.dossier.number if point.dossier else '')}"
