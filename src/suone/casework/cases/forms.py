"""Input forms of the case pages: field types and choices only; the rules are in ``rules`` and ``services``."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.casework.cases.named_in_consent import Named
from suone.casework.cases.rules import QUESTION_CATEGORY, Education, NoteKind, RiskFactor, risk_factors_in
from suone.ground.access.acting import Acting
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory, categories_in
from suone.ground.web.fields import DayAhead, PastDay, TextField, VersionField
from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.models import Appointment, AppointmentQuerySet
from suone.organisation.appointments.queries import colleagues
from suone.organisation.institutions.models import Institution, Region


def category_choices(categories: Collection[DataCategory]) -> list[tuple[int, str]]:
    """Return the choices for a data category field: nobody files text in a category they cannot read."""
    return [(category.value, str(category.label)) for category in DataCategory if category in categories]


class QuestionCategoryField(forms.TypedChoiceField):
    """The data category of the question, which decides who can read it; employment by default."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Data category of the question"),
            coerce=lambda value: DataCategory(int(value)),
            choices=category_choices(categories_in(ALL_BUT_HEALTH)),
            initial=QUESTION_CATEGORY.value,
            required=False,
            empty_value=None,
            help_text=gettext_lazy("Anybody who may read this category can read the question."),
            **kwargs,
        )


class ReasonForm(forms.Form):
    reason = TextField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class ParticipantForm(forms.Form):
    """Whom to ask: all whom the consent names and nobody asked yet, ticked in advance, or another institution."""

    named = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Named in the consent"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    institution = forms.ModelChoiceField(label=gettext_lazy("Institution"), queryset=Institution.objects.none())
    due_on = DayAhead(years_ahead=1, label=gettext_lazy("Answer by"))
    question = TextField(
        label=gettext_lazy("What we ask of you"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "The institution sees this sentence before it may read the case: no personal data here."
        ),
    )

    def __init__(self, *args: Any, named: Sequence[Named], known: int | None = None, **kwargs: Any) -> None:
        """``known`` is the id of an institution for which the page was opened: it alone is proposed."""
        super().__init__(*args, **kwargs)
        self.consented = {one.institution.pk: one for one in named}
        institution = self.fields["institution"]
        institution.queryset = Institution.objects.exclude(pk__in=self.consented)  # type: ignore[attr-defined]
        institution.initial = known
        self.fields["named"].choices = [(pk, one.label) for pk, one in self.consented.items()]  # type: ignore[attr-defined]
        self.fields["named"].initial = [pk for pk in self.consented if known in (None, pk)]
        if not self.consented:
            del self.fields["named"]
            return
        institution.label, institution.required = _("Another institution"), False

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not self.errors and not self.asked():
            self.add_error("institution", _("Choose at least one institution."))
        return typed

    def asked(self) -> list[Named]:
        """Whom to ask: those ticked, and the other institution chosen."""
        other = self.cleaned_data.get("institution")
        found = [self.consented[pk] for pk in self.cleaned_data.get("named", ())]
        return found + ([Named(other)] if other else [])


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[("accept", gettext_lazy("We take part")), ("decline", gettext_lazy("We do not take part"))],
        widget=forms.RadioSelect,
    )
    staff = StaffField(label=gettext_lazy("Who follows the case"), required=False)
    reason = TextField(
        label=gettext_lazy("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        following = colleagues(acting.own_institution_id, on=acting.today).who_follow(or_self=acting.own_staff_id)
        offer(self, "staff", following)
        self.fields["staff"].initial = acting.staff_id


class StaffForm(forms.Form):
    staff = StaffField(label=gettext_lazy("Who"), across=True)

    def __init__(self, *args: Any, staff: AppointmentQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "staff", staff)


class CaseManagerForm(StaffForm):
    """Who manages the case: somebody of the region's pool, or somebody else with a reason."""

    reason = TextField(label=gettext_lazy("Reason, for somebody outside the pool"), max_length=200, required=False)

    def __init__(self, *args: Any, pool: Collection[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not pool:
            del self.fields["reason"]
            return
        members = ", ".join(f"{member.full_name} ({member.institution.short_name})" for member in pool)
        self.fields["staff"].help_text = _("Pool of the region: %(members)s") % {"members": members}


class CategorisedForm(forms.Form):
    """Base for text written into a case, in a data category its author may read."""

    hint: ClassVar[Promise]

    category = forms.TypedChoiceField(
        label=gettext_lazy("Data category"), coerce=int, initial=DataCategory.ADMINISTRATIVE.value
    )

    def __init__(self, *args: Any, categories: Collection[DataCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = category_choices(categories)  # type: ignore[attr-defined]
        self.fields["category"].help_text = str(self.hint)


class NoteForm(CategorisedForm):
    hint = gettext_lazy(
        "Anybody who may read this category can read the note. Diagnoses belong only under health; under employment, write what they mean for work."
    )

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=NoteKind.choices)
    text = TextField(label=gettext_lazy("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))


class CorrectNoteForm(forms.Form):
    text = TextField(label=gettext_lazy("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))
    version = VersionField()


class ParticularsForm(forms.Form):
    region = forms.ModelChoiceField(label=gettext_lazy("Region"), queryset=Region.objects.none())
    question = TextField(
        label=gettext_lazy("Question to the IIZ office"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    question_category = QuestionCategoryField()
    risk_factors = forms.MultipleChoiceField(
        label=gettext_lazy("Risk factors"),
        choices=RiskFactor.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    education = forms.ChoiceField(
        label=gettext_lazy("Completed education"), choices=[("", "–"), *Education.choices], required=False
    )
    first_contact_on = PastDay(
        years_back=30, label=gettext_lazy("First contact at the notifying institution"), required=False
    )
    counted_for = forms.ModelChoiceField(
        label=gettext_lazy("Counted for"),
        queryset=Institution.objects.none(),
        required=False,
        help_text=gettext_lazy("Only if the figures count it for another institution than the one that notified it."),
    )
    version = VersionField()

    def __init__(
        self, *args: Any, categories: Collection[DataCategory], is_question_closed: bool, **kwargs: Any
    ) -> None:
        """Show and accept only the fields that belong to these data categories."""
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.all()  # type: ignore[attr-defined]
        self.fields["counted_for"].queryset = Institution.objects.all()  # type: ignore[attr-defined]
        if DataCategory.EDUCATION not in categories:
            del self.fields["education"]
        risks = risk_factors_in(categories)
        self.fields["risk_factors"].choices = [(risk.value, risk.label) for risk in risks]  # type: ignore[attr-defined]
        if not risks:
            del self.fields["risk_factors"]
        self.fields["question_category"].choices = category_choices(categories)  # type: ignore[attr-defined]
        if is_question_closed or not categories:
            del self.fields["question"], self.fields["question_category"]
