"""Input forms of the plan pages."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.casework.plans.models import Entry, Measure
from suone.casework.plans.queries import ReviewOffer
from suone.casework.plans.rules import EntryKind, Form, Kind, MeasureState
from suone.casework.plans.services import MeasureTerms
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.web.fields import DayAhead, DayNear, PastDay, PeriodEnd, TextField, VersionField
from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.models import AppointmentQuerySet
from suone.organisation.institutions.models import Institution, ServiceOffer
from suone.records.documents.rules import SCANS
from suone.records.documents.uploads import Upload, UploadField, upload_of

_CATEGORY_HELP = gettext_lazy(
    "Anybody who may read this category can read it. Diagnoses belong only under health; under employment, write what they mean for work."
)


class BeginForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind of plan"), widget=forms.RadioSelect)
    review_on = DayAhead(label=gettext_lazy("Review on"), required=False)

    def __init__(self, *args: Any, kinds: Sequence[Kind], acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0].value
        self.fields["review_on"].initial = acting.today + timedelta(days=90)


class ReviewForm(forms.Form):
    """The day of the review: one that the measures suggest, or another."""

    offered = forms.TypedChoiceField(
        label=gettext_lazy("From the measures of the plan, in their second half"),
        coerce=date.fromisoformat,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    review_on = DayAhead(label=gettext_lazy("Review on"), required=False)
    version = VersionField()

    def __init__(self, *args: Any, offers: Sequence[ReviewOffer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not offers:
            del self.fields["offered"]
            return
        days = [(offer.day.isoformat(), f"{offer.day:%d.%m.%Y}: {offer.measure.title}") for offer in offers]
        self.fields["offered"].choices = [*days, ("", _("on the day below"))]  # type: ignore[attr-defined]
        self.fields["offered"].initial = ""

    def chosen(self) -> dict[str, Any]:
        """Return the day chosen and the version, as the service expects them."""
        typed = dict(self.cleaned_data)
        offered = typed.pop("offered", None)
        return typed | ({"review_on": offered} if offered else {})


class _Categorised(forms.Form):
    category = forms.TypedChoiceField(
        label=gettext_lazy("Data category"),
        coerce=int,
        initial=DataCategory.EMPLOYMENT.value,
        help_text=_CATEGORY_HELP,
    )

    def _limit_categories(self, readable: Sequence[DataCategory]) -> None:
        """Offer only the data categories that the person changing it can read."""
        self.fields["category"].choices = [(c.value, c.label) for c in readable]  # type: ignore[attr-defined]


class EntryForm(_Categorised):
    text = TextField(label=gettext_lazy("Text"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(choices=EntryKind.choices, widget=forms.HiddenInput)

    field_order = ("text", "category", "kind")

    def __init__(self, *args: Any, readable: Sequence[DataCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limit_categories(readable)


class ChangeEntryForm(_Categorised):
    text = TextField(label=gettext_lazy("Text"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))
    version = VersionField()

    field_order = ("text", "category", "version")

    def __init__(self, *args: Any, readable: Sequence[DataCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limit_categories(readable)


class MeasureForm(_Categorised):
    """A measure with all its terms; only title and institution are required."""

    title = TextField(label=gettext_lazy("Measure"), max_length=300)
    goal_line = forms.TypedChoiceField(
        label=gettext_lazy("Goal it serves"), coerce=UUID, empty_value=None, required=False
    )
    institution = forms.ModelChoiceField(
        label=gettext_lazy("Responsible institution"), queryset=Institution.objects.none()
    )
    staff = StaffField(label=gettext_lazy("Responsible person"), required=False, across=True)
    offer = forms.ModelChoiceField(
        label=gettext_lazy("From the catalogue"), queryset=ServiceOffer.objects.none(), required=False
    )
    payer = forms.ModelChoiceField(label=gettext_lazy("Who pays"), queryset=Institution.objects.none(), required=False)
    payer_text = TextField(label=gettext_lazy("About the payment"), max_length=200, required=False)
    from_on = DayNear(years_back=5, years_ahead=5, label=gettext_lazy("From"), required=False)
    until_on = PeriodEnd(years_back=5, label=gettext_lazy("Until"), required=False)
    is_for_labour_market = forms.BooleanField(label=gettext_lazy("Labour-market measure or placement"), required=False)
    version = VersionField(required=False)

    field_order = (
        "title",
        "goal_line",
        "institution",
        "staff",
        "offer",
        "payer",
        "payer_text",
        "from_on",
        "until_on",
        "is_for_labour_market",
        "category",
        "version",
    )

    def __init__(
        self,
        *args: Any,
        goals: Sequence[Entry],
        staff: AppointmentQuerySet,
        readable: Sequence[DataCategory],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields
        field["goal_line"].choices = [("", "–"), *((str(goal.line), _short(goal.text)) for goal in goals)]
        field["institution"].queryset = field["payer"].queryset = Institution.objects.all()
        offer(self, "staff", staff)
        field["offer"].queryset = ServiceOffer.objects.select_related("institution").order_by("institution", "name_de")
        field["offer"].label_from_instance = lambda offer: f"{offer.institution.short_name} · {offer.name}"
        self._limit_categories(readable)

    @staticmethod
    def values_of(measure: Measure) -> dict[str, Any]:
        """Return the initial values for a stored measure."""
        names = (
            "title",
            "goal_line",
            "payer_text",
            "from_on",
            "until_on",
            "is_for_labour_market",
            "category",
            "version",
        )
        keys = {name: getattr(measure, f"{name}_id") for name in ("institution", "staff", "offer", "payer")}
        return keys | {name: getattr(measure, name) for name in names}

    def terms(self) -> MeasureTerms:
        typed = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return MeasureTerms(**typed | {"category": DataCategory(typed["category"])})


class ProgressForm(forms.Form):
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=MeasureState.choices, widget=forms.RadioSelect)
    result = TextField(
        label=gettext_lazy("Result"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = VersionField()


class ReasonForm(forms.Form):
    reason = TextField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class SignForm(forms.Form):
    """How somebody signed: staff with their log-in, the person on screen, or anybody on a scanned page or on paper."""

    form = forms.ChoiceField(label=gettext_lazy("How"), choices=Form.choices, widget=forms.RadioSelect)
    signed_on = PastDay(years_back=2, label=gettext_lazy("Signed on"))
    signer_name = TextField(
        label=gettext_lazy("If somebody else signed: who"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Such as a legal representative, or the head of the office."),
    )
    scan = UploadField(endings=SCANS, label=gettext_lazy("Signed page as a scan"), required=False)
    signature = TextField(required=False, widget=forms.HiddenInput)

    def upload(self) -> Upload | None:
        """Return the file of the chosen form of signature, ignoring any other."""
        chosen = self.cleaned_data["form"]
        scan = self.cleaned_data["scan"] if chosen == Form.SCAN else None
        return upload_of(scan, self.cleaned_data["signature"] if chosen == Form.SCREEN else "")


def _short(text: str) -> str:
    return text if len(text) <= 90 else text[:90].rsplit(" ", 1)[0] + " …"
