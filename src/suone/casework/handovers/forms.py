"""Input forms for hand-overs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import CODES, Fact, Scalar, Shape, word
from suone.canton.procedures.services import in_language, origin_in_words
from suone.casework.handovers.queries import Guide, Partner
from suone.casework.handovers.rules import Answers, AskedFact, Constellation, Direction, NoticeKind
from suone.casework.leading.services import Particulars
from suone.ground.access.acting import Acting
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory, categories_in, mask_of
from suone.ground.web.fields import DayAhead, DayNear, TextField
from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.queries import colleagues, own_region
from suone.organisation.institutions.kinds import InstitutionKind
from suone.organisation.institutions.models import Circle, Institution, Region
from suone.records.consents.legal_bases import LegalBasis
from suone.records.documents.uploads import UploadField
from suone.records.dossiers.fields import NOT_BOTH, BirthField

# Facts about somebody outside the case: the name is asked beside the day, and kept as the remark.
_WITH_NAME = {Fact.FORMER_ADVISER_CONTACTED: gettext_lazy("Name of the former workplace adviser")}
# Where no adviser of a person works: who treats somebody says something about their health, which this list must not, and
# offices that coordinate follow nobody.
_WITHOUT_ADVISERS = (
    InstitutionKind.PSYCHIATRY,
    InstitutionKind.MEDICAL_SERVICE,
    InstitutionKind.CHILD_AND_YOUTH,
    InstitutionKind.COORDINATION_OFFICE,
    InstitutionKind.PRIVATE,
)
_OPEN_CATEGORIES = [(c.value, c.label) for c in DataCategory if c.bit & ALL_BUT_HEALTH]


def typed_so_far(form: forms.Form, data: QueryDict) -> dict[str, Any]:
    """Return the raw input of a form that is shown again before it is submitted."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name)) for name, field in form.fields.items()
    }


class PersonForm(forms.Form):
    """The person, when there is no case yet."""

    last_name = TextField(label=gettext_lazy("Last name"), max_length=100, required=False)
    first_name = TextField(label=gettext_lazy("First name"), max_length=100, required=False)
    ahv_number = TextField(
        label=gettext_lazy("AHV number"),
        required=False,
        help_text=gettext_lazy("Recommended between the institutions: 13 digits, from the card."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"} | NOT_BOTH),
    )
    date_of_birth = BirthField(required=False)
    ahv_missing_reason = TextField(
        label=gettext_lazy("If it is missing: why"), max_length=200, required=False, widget=forms.TextInput(NOT_BOTH)
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of correspondence"), choices=settings.PERSON_LANGUAGES)
    region = forms.ModelChoiceField(label=gettext_lazy("Region"), queryset=Region.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.all()  # type: ignore[attr-defined]

    @staticmethod
    def starting_values(acting: Acting) -> dict[str, Any]:
        """Return the initial values."""
        return {"region": own_region(acting), "language": (get_language() or "de")[:2]}

    def particulars(self) -> Particulars:
        return Particulars(**self.cleaned_data)


class QuestionsForm(forms.Form):
    """The other institution and the direction, from which the constellation of the agreement follows."""

    receiver = forms.ModelChoiceField(
        label=gettext_lazy("The other institution"), queryset=Institution.objects.none(), empty_label="–"
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("What happens with the person?"), choices=Direction.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, acting: Acting, named: int | None = None, **kwargs: Any) -> None:
        """``named`` is the id of the one other institution that the consent names."""
        super().__init__(*args, **kwargs)
        self.acting = acting
        self.fields["receiver"].initial = named
        others = Institution.objects.exclude(pk=acting.own_institution_id).exclude(circle=Circle.PRIVATE)
        field = self.fields["receiver"]
        field.queryset = others.filter(is_iiz_office=False)  # type: ignore[attr-defined]
        field.label_from_instance = lambda i: f"{i.short_name} · {i.name}"  # type: ignore[attr-defined]

    @property
    def answers(self) -> Answers:
        own = Institution.objects.values_list("kind", flat=True).get(pk=self.acting.own_institution_id)
        typed = self.cleaned_data
        return Answers(Direction(typed["direction"]), own, typed["receiver"].kind)


class ProposalForm(forms.Form):
    """The proposal: message, the person's agreement, the facts the procedure requires, categories and overlap."""

    staff = StaffField(
        label=gettext_lazy("Who follows the person there"),
        required=False,
        empty_label=gettext_lazy("nobody yet: our contact details go to the contact person"),
    )
    message = TextField(
        label=gettext_lazy("What it is about"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The other institution reads this before it answers. No diagnoses here."),
    )
    agrees = forms.BooleanField(
        label=gettext_lazy("The person knows of this hand-over and agrees to it in this case"), required=False
    )
    category = forms.TypedChoiceField(
        label=gettext_lazy("Data category of what is written"),
        coerce=int,
        choices=_OPEN_CATEGORIES,
        initial=DataCategory.EMPLOYMENT.value,
    )
    categories = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Data the other institution will be able to read"),
        coerce=int,
        choices=_OPEN_CATEGORIES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    overlap_until = DayAhead(
        years_ahead=2,
        label=gettext_lazy("Both follow the person until"),
        required=False,
        help_text=gettext_lazy(
            "Without a day there is no overlap: you may still contribute for thirty days, for example for a closing review."
        ),
    )
    due_on = DayAhead(years_ahead=1, label=gettext_lazy("Answer by"))
    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Required if you continue in spite of the reasons against it."),
    )

    def __init__(
        self,
        *args: Any,
        partner: Partner | None,
        guide: Guide | None,
        constellation: Constellation,
        consented: int | None,
        usual: int,
        known: Mapping[str, Scalar],
        names: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.guide = guide
        self.facts: dict[str, AskedFact] = {}
        if partner is not None:
            offer(self, "staff", partner.staff)
        self.fields["categories"].initial = [category.value for category in categories_in(usual)]
        if constellation is not Constellation.HANDS_OVER:
            del self.fields["overlap_until"]
        if consented is not None:
            del self.fields["agrees"]
        if constellation is not Constellation.HANDS_OVER:
            self.fields["due_on"].label = _("Ask again on")
        for asked in guide.asked if guide else ():
            name = f"fact_{asked.fact.value}"
            self.facts[name] = asked
            self.fields[name] = _field_for(asked, known.get(asked.fact))
            if asked.fact in _WITH_NAME:
                self.fields[f"name_{asked.fact.value}"] = TextField(
                    label=_WITH_NAME[asked.fact],
                    max_length=200,
                    required=self.fields[name].required,
                    initial=names.get(asked.fact, ""),
                )

    @property
    def must_hold(self) -> list[forms.BoundField]:
        """The facts that a requirement of the procedure is about."""
        found = []
        for name, asked in self.facts.items():
            if asked.requirement is not None:
                found += [self[field] for field in (name, f"name_{asked.fact.value}") if field in self.fields]
        return found

    @property
    def where_it_applies(self) -> list[forms.BoundField]:
        """The facts on which further requirements depend."""
        return [self[name] for name, asked in self.facts.items() if asked.requirement is None]

    def entered_facts(self) -> dict[Fact, Scalar]:
        """Return the facts entered; empty fields are left out."""
        return entered_facts_in(self.facts, self.cleaned_data)

    def entered_so_far(self, data: QueryDict) -> tuple[dict[Fact, Scalar], dict[Fact, str]]:
        """Return facts and remarks of an incomplete form."""
        typed = typed_so_far(self, data)
        return entered_facts_in(self.facts, typed), _remarks_in(typed)

    def remarks(self) -> dict[Fact, str]:
        return _remarks_in(self.cleaned_data)

    def mask(self) -> int:
        return mask_of(DataCategory(value) for value in self.cleaned_data.get("categories", []))


def _remarks_in(values: Mapping[str, Any]) -> dict[Fact, str]:
    """Return the names that belong to facts, where the form asks for them."""
    typed = {fact: values.get(f"name_{fact.value}") for fact in _WITH_NAME}
    return {fact: name for fact, name in typed.items() if isinstance(name, str) and name}


def entered_facts_in(facts: Mapping[str, AskedFact], values: Mapping[str, Any]) -> dict[Fact, Scalar]:
    """Return the facts among the input in their types; empty ones are left out."""
    found: dict[Fact, Scalar] = {}
    for name, asked in facts.items():
        value = values.get(name)
        if value in (None, "", False):
            continue
        shape = word(asked.fact).shape
        if shape is Shape.DAY:
            day = value if isinstance(value, date) else _day(str(value))
            if day is not None:
                found[asked.fact] = day
        elif shape is Shape.CHOICE:
            found[asked.fact] = str(value)
        else:
            found[asked.fact] = True
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _field_for(asked: AskedFact, known: Scalar | None) -> forms.Field:
    """Return the field for a fact, explained by its requirement; binding requirements make it mandatory."""
    fact, requirement = asked.fact, asked.requirement
    missing = in_language(requirement.missing) if requirement else ""
    origin = origin_in_words(requirement.origin, requirement.law) if requirement else ""
    common: dict[str, Any] = {
        "label": fact.label,
        "help_text": f"{missing} ({origin})" if origin else missing,
        "required": requirement is not None and requirement.severity == "must",
        "error_messages": {"required": missing} if missing else {},
        "initial": known,
    }
    shape = word(fact).shape
    if shape is Shape.DAY:
        return DayNear(**common)
    if shape is Shape.CHOICE:
        return forms.ChoiceField(choices=[("", "–"), *CODES[fact].items()], **common)
    return forms.BooleanField(**common)


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[("accept", gettext_lazy("We take the person on")), ("decline", gettext_lazy("We decline"))],
        widget=forms.RadioSelect,
    )
    staff = StaffField(label=gettext_lazy("Who follows the person"), required=False)
    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Needed when you decline: the other institution reads it. No diagnoses here."),
    )

    def __init__(self, *args: Any, acting: Acting, asked: int | None, is_contact: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_contact:
            self.fields["answer"].choices = [  # type: ignore[attr-defined]
                ("accept", _("This person follows them here")),
                ("later", _("Somebody will be named: the contact details wait until then")),
                ("decline", _("We do not follow this person")),
            ]
        following = colleagues(acting.own_institution_id, on=acting.today).who_follow(or_self=acting.own_staff_id)
        offer(self, "staff", following)
        self.fields["staff"].initial = asked or acting.staff_id


class PlacementRequestForm(forms.Form):
    """The request that the person wrote, as a file."""

    file = UploadField(label=gettext_lazy("File"))


class AdviserForm(forms.Form):
    """Somebody whom the person names as their adviser."""

    name = TextField(label=gettext_lazy("Name"), max_length=100)
    workplace = forms.ModelChoiceField(
        label=gettext_lazy("Institution"),
        queryset=Institution.objects.none(),
        required=False,
        empty_label="–",
        help_text=gettext_lazy("From the list, or written in the next field: one of the two."),
    )
    workplace_text = TextField(
        label=gettext_lazy("Institution, if it is not in the list"), max_length=100, required=False
    )
    phone = TextField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["workplace"]
        others = Institution.objects.exclude(pk=acting.own_institution_id).exclude(circle=Circle.PRIVATE)
        field.queryset = others.exclude(kind__in=_WITHOUT_ADVISERS).filter(is_iiz_office=False)  # type: ignore[attr-defined]
        field.label_from_instance = lambda i: f"{i.short_name} · {i.name}"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if bool(typed.get("workplace")) == bool(typed.get("workplace_text")):
            self.add_error("workplace", _("Choose the institution, or write it if it is not in the list."))
        return typed


class MissedBasisForm(forms.Form):
    """The social worker who is notified of missed appointments, and the legal basis."""

    recipient = StaffField(label=gettext_lazy("Social worker"))
    basis = forms.ChoiceField(label=gettext_lazy("Legal basis"), widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, recipients: Sequence[Appointment], bases: Sequence[LegalBasis], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        language = (get_language() or "de")[:2]
        offer(self, "recipient", Appointment.objects.filter(pk__in=[worker.pk for worker in recipients]))
        if len(recipients) == 1:
            self.fields["recipient"].initial = recipients[0].pk
        self.fields["basis"].choices = [  # type: ignore[attr-defined]
            (basis.code, f"{basis.title(language)} ({basis.article_in(language)})") for basis in bases
        ]


class MissedForm(forms.Form):
    """The notice: what happened in which measure, the conditions of the legal basis, and the purpose."""

    kind = forms.ChoiceField(label=gettext_lazy("What happened"), choices=NoticeKind.choices, widget=forms.RadioSelect)
    measure = TextField(label=gettext_lazy("In which measure or clarification of the IV"), max_length=200)
    text = TextField(
        label=gettext_lazy("What happened, and when"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Facts alone, with their days; no judgement, no diagnoses."),
    )
    conditions = forms.BooleanField(label=gettext_lazy("All of these conditions hold"), required=False)
    purpose = TextField(label=gettext_lazy("Purpose"), max_length=300)

    def __init__(self, *args: Any, basis: LegalBasis, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.basis = basis
        if not basis.conditions:
            del self.fields["conditions"]
            return
        language = (get_language() or "de")[:2]
        self.fields["conditions"].help_text = " ".join(one.sentence(language) for one in basis.conditions)

    def confirmed(self) -> list[str]:
        """Return the codes of the conditions, which are confirmed together."""
        return [one.code for one in self.basis.conditions] if self.cleaned_data.get("conditions") else []
