"""Input forms for leading a case: notification, triage, level, facts, closing."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import CODES, Fact, Scalar, Shape, word
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.queries import proposed_procedure, versions_in_force, versions_in_region
from suone.canton.procedures.rules import Procedure
from suone.canton.procedures.services import in_language
from suone.casework.cases.forms import CategorisedForm, QuestionCategoryField
from suone.casework.cases.rules import QUESTION_CATEGORY, ClosingReason, Education, Level, Outcome, RiskFactor
from suone.casework.leading.queries import LevelOption, possible_receivers
from suone.casework.leading.services import Notification
from suone.ground.access.acting import Acting
from suone.ground.web.fields import (
    DayAhead,
    DayNear,
    NumberField,
    PastDay,
    PeriodEnd,
    TextField,
    months_after,
    number_in,
)
from suone.organisation.appointments.queries import own_region
from suone.organisation.institutions.models import Institution, Region
from suone.records.consents.consent_form import FormPerson
from suone.records.consents.fields import ScopeForm
from suone.records.consents.models import Grantor, SignatureForm
from suone.records.consents.terms import ConsentTerms
from suone.records.documents.rules import SCANS
from suone.records.documents.uploads import Upload, UploadField, upload_of
from suone.records.dossiers.fields import NOT_BOTH, BirthField
from suone.records.dossiers.models import Sex
from suone.records.persons import ahv
from suone.register.server.models import Alert
from suone.register.server.queries import alerts_of


class NotifyForm(ScopeForm):
    """A notification in five minutes: the person, the consent, and what is already known."""

    field_order = ("last_name", "first_name", "ahv_number", "date_of_birth", "region", "purpose")

    last_name = TextField(label=gettext_lazy("Last name"), max_length=100, required=False)
    first_name = TextField(label=gettext_lazy("First name"), max_length=100, required=False)
    date_of_birth = BirthField(required=False)
    ahv_number = TextField(
        label=gettext_lazy("AHV number"),
        required=False,
        help_text=gettext_lazy("13 digits, starting with 756. It connects the institutions; type it from the card."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"} | NOT_BOTH),
    )
    ahv_missing_reason = TextField(
        label=gettext_lazy("If it is missing: why"), max_length=200, required=False, widget=forms.TextInput(NOT_BOTH)
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of correspondence"), choices=settings.PERSON_LANGUAGES, initial="de"
    )
    sex = forms.ChoiceField(label=gettext_lazy("Sex as recorded"), choices=[("", "–"), *Sex.choices], required=False)
    education = forms.ChoiceField(
        label=gettext_lazy("Completed education"), choices=[("", "–"), *Education.choices], required=False
    )
    region = forms.ModelChoiceField(label=gettext_lazy("Region"), queryset=Region.objects.none())
    procedure = forms.ModelChoiceField(
        label=gettext_lazy("Procedure"),
        queryset=ProcedureVersion.objects.none(),
        required=False,
        help_text=gettext_lazy("The procedure the case will follow; it keeps the version in force today."),
    )
    question = TextField(
        label=gettext_lazy("Question to the IIZ office"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "What should be found out or coordinated? No diagnoses here: medical content goes to the medical officer."
        ),
    )
    question_category = QuestionCategoryField()
    risk_factors = forms.MultipleChoiceField(
        label=gettext_lazy("Risk factors"),
        choices=RiskFactor.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    first_contact_on = PastDay(years_back=30, label=gettext_lazy("First contact at your institution"), required=False)
    counted_for = forms.ModelChoiceField(
        label=gettext_lazy("Counted for"),
        queryset=Institution.objects.none(),
        required=False,
        help_text=gettext_lazy("Only if the figures count it for another institution than the one that notified it."),
    )
    purpose = TextField(label=gettext_lazy("Purpose of the consent"), max_length=300)
    valid_until = PeriodEnd(label=gettext_lazy("Consent valid until"))
    signed_on = PastDay(years_back=5, label=gettext_lazy("Signed on"))
    representative = TextField(
        label=gettext_lazy("If somebody else signed for the person: who"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("A parent of somebody too young to sign, or a guardian."),
    )
    authority = TextField(label=gettext_lazy("Authority that appointed the guardian"), max_length=150, required=False)
    scan = UploadField(
        endings=SCANS,
        label=gettext_lazy("Signed form as a scan"),
        required=False,
        help_text=gettext_lazy("Or let the person sign below."),
    )
    signature = TextField(required=False, widget=forms.HiddenInput)
    alert = forms.ModelChoiceField(queryset=Alert.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.acting = acting
        self.fields["alert"].queryset = alerts_of(acting)  # type: ignore[attr-defined]
        self.fields["region"].queryset = Region.objects.all()  # type: ignore[attr-defined]
        self.fields["counted_for"].queryset = Institution.objects.all()  # type: ignore[attr-defined]
        region = Region.objects.filter(pk=number_in(str(self["region"].value() or "")) or 0).first()
        holding = [version.pk for version in versions_in_region(region.code if region else "", on=acting.today)]
        chosen = self.initial.get("procedure")
        if isinstance(chosen, ProcedureVersion) and chosen.pk not in holding:
            self.initial["procedure"] = proposed_procedure(on=acting.today, region=region.code if region else "")
        self.fields["procedure"].queryset = ProcedureVersion.objects.filter(pk__in=holding)  # type: ignore[attr-defined]
        self.fields["procedure"].label_from_instance = lambda version: version.title  # type: ignore[attr-defined]
        self._name_receiver()

    def _name_receiver(self) -> None:
        """Say whom the question is for, where the procedure names another receiver than the IIZ office."""
        chosen = self["procedure"].value()
        version = chosen if isinstance(chosen, ProcedureVersion) else None
        version = version or ProcedureVersion.objects.filter(pk=number_in(str(chosen or "")) or 0).first()
        if version is not None and version.receives:
            names = " / ".join(institution.name for institution in possible_receivers(version))
            self.fields["question"].label = _("Question to %(institution)s") % {"institution": names}

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not (typed.get("last_name") or typed.get("first_name")):
            self.add_error(
                "last_name", _("Enter the name; if the person has only one name, enter it in one of the two fields.")
            )
        return typed

    @staticmethod
    def starting_values(
        acting: Acting, *, others: Sequence[int] = (), alert: int | None = None, chosen: int | None = None
    ) -> dict[str, Any]:
        """Return the initial values; ``others`` are ids of institutions that the register names for the person.

        ``chosen`` is the id of a procedure that is in force; the consent is to name who receives its notifications.
        """
        region = own_region(acting)
        in_force = versions_in_force(on=acting.today)
        procedure = next((version for version in in_force if version.pk == chosen), None)
        procedure = procedure or proposed_procedure(on=acting.today, region=region.code if region else "")
        readers = [*(institution.pk for institution in possible_receivers(procedure)), *others]
        return {
            "region": region,
            "procedure": procedure,
            "recipients": list(dict.fromkeys([*readers, acting.own_institution_id])),
            "alert": alert,
            "purpose": _("Inter-institutional collaboration for integration in this case"),
            "valid_until": months_after(acting.today, settings.CONSENT_MONTHS),
            "signed_on": acting.today,
            "first_contact_on": None,
            "language": (get_language() or "de")[:2],
        }

    def notification(self) -> Notification:
        """Return the input as the service expects it."""
        typed = self.cleaned_data
        upload = self._signature()
        return Notification(
            ahv_number=typed["ahv_number"],
            ahv_missing_reason=typed["ahv_missing_reason"],
            last_name=typed["last_name"],
            first_name=typed["first_name"],
            date_of_birth=typed["date_of_birth"],
            language=typed["language"],
            sex=typed["sex"],
            education=typed["education"],
            counted_for=typed["counted_for"],
            region=typed["region"],
            question=typed["question"],
            question_category=typed["question_category"] or QUESTION_CATEGORY,
            risk_factors=typed["risk_factors"],
            first_contact_on=typed["first_contact_on"],
            procedure=typed["procedure"],
            terms=self.terms(),
            authority=typed["authority"],
            scope=self.scope(),
            signature=upload,
            alert=typed["alert"],
        )

    def terms(self) -> ConsentTerms:
        typed = self.cleaned_data
        return ConsentTerms(
            purpose=typed["purpose"],
            valid_from=self.acting.today,
            valid_until=typed["valid_until"],
            signed_on=typed["signed_on"],
            signature_form=SignatureForm.PAPER if typed["scan"] else SignatureForm.SCREEN,
            language=typed["language"],
            grantor=Grantor.REPRESENTATIVE if typed["representative"] else Grantor.PERSON,
            grantor_name=typed["representative"],
        )

    def person(self) -> FormPerson:
        """Return the person for the consent form that is printed before there is a case."""
        typed = self.cleaned_data
        digits = ahv.compact(typed["ahv_number"])
        return FormPerson(
            name=" ".join(part for part in (typed["last_name"], typed["first_name"]) if part),
            born_on=str(typed["date_of_birth"] or ""),
            ahv_number=ahv.formatted(digits) if digits else typed["ahv_number"],
        )

    def _signature(self) -> Upload | None:
        return upload_of(self.cleaned_data["scan"], self.cleaned_data["signature"])


class TriageDecisionForm(forms.Form):
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=Level.choices, widget=forms.RadioSelect)
    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Required if your decision differs from the proposal."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LevelForm(forms.Form):
    """Another level, and the procedure under which the case continues there."""

    way = forms.ChoiceField(label=gettext_lazy("New level, and how the case continues"), widget=forms.RadioSelect)
    reason = TextField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, options: Sequence[LevelOption], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = {way.code: way for way in options}
        self.fields["way"].choices = [(way.code, way.title) for way in options]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> LevelOption:
        return self.options[self.cleaned_data["way"]]


class QuestionForm(forms.Form):
    question = TextField(label=gettext_lazy("Question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    due_on = DayAhead(years_ahead=1, label=gettext_lazy("Answer by"))


class AnswerQuestionForm(CategorisedForm):
    hint = gettext_lazy("Anybody who may read this category can read the answer.")
    field_order = ("text", "category")

    text = TextField(label=gettext_lazy("Your answer"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))


class CloseForm(forms.Form):
    closing_reason = forms.ChoiceField(
        label=gettext_lazy("Why it is closed"), choices=[("", "–"), *ClosingReason.choices]
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ended"),
        choices=[("", "–"), *(choice for choice in Outcome.choices if choice[0] != Outcome.STOPPED)],
        required=False,
        help_text=gettext_lazy("Leave it empty where the person has died."),
    )
    died_on = PastDay(
        label=gettext_lazy("Died on"),
        required=False,
        help_text=gettext_lazy("Only where the person has died, if the day is known. All consents end with it."),
    )
    text = TextField(
        label=gettext_lazy("Closing remark"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @property
    def has_died(self) -> bool:
        return bool(self.cleaned_data.get("closing_reason") == ClosingReason.DIED)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not (self.has_died or typed.get("outcome")):
            self.add_error("outcome", self.fields["outcome"].error_messages["required"])
        if typed.get("died_on") and not self.has_died:
            self.add_error("died_on", _("A date of death requires the reason that the person has died."))
        return typed


class StatementForm(forms.Form):
    """A fact, with a field for its type."""

    value = forms.Field()
    remark = TextField(
        label=gettext_lazy("Remark"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Where it is documented, or who said so. No diagnoses here."),
    )

    def __init__(self, *args: Any, fact: Fact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = _field_for(fact)

    @property
    def stated(self) -> Scalar:
        """Return the value as the procedure engine expects it."""
        value: Scalar = self.cleaned_data["value"]
        return value == "yes" if value in ("yes", "no") else value


class CorrectionForm(StatementForm):
    """What applies instead of a recorded fact, with the reason."""

    remark = TextField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("What was wrong, and how you know. No diagnoses here."),
    )


class TakeBackForm(forms.Form):
    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("What was wrong, and how you know. No diagnoses here."),
    )


def _field_for(fact: Fact) -> forms.Field:
    shape = word(fact).shape
    if shape is Shape.DAY:
        return DayNear(years_back=30, label=fact.label)
    if shape is Shape.NUMBER:
        return NumberField(least=0, most=10_000, label=fact.label)
    if shape is Shape.CHOICE:
        return forms.ChoiceField(label=fact.label, choices=list(CODES[fact].items()), widget=forms.RadioSelect)
    return forms.ChoiceField(label=fact.label, choices=[("yes", _("yes")), ("no", _("no"))], widget=forms.RadioSelect)


class AdvanceForm(forms.Form):
    reason = TextField(
        label=gettext_lazy("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class VersionForm(forms.Form):
    version = forms.ModelChoiceField(label=gettext_lazy("Procedure"), queryset=ProcedureVersion.objects.none())

    def __init__(self, *args: Any, versions: list[ProcedureVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["version"]
        field.queryset = ProcedureVersion.objects.filter(pk__in=[v.pk for v in versions])  # type: ignore[attr-defined]
        field.label_from_instance = lambda version: f"{version.title} ({version.version})"  # type: ignore[attr-defined]


class MoveOverForm(forms.Form):
    phase = forms.ChoiceField(label=gettext_lazy("Phase in which the case continues"))
    reason = TextField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, procedure: Procedure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phase"].choices = [  # type: ignore[attr-defined]
            (phase.id, in_language(phase.title)) for phase in procedure.phases if not phase.is_end
        ]
