"""The shapes of what is typed about work items."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from suone.ground.access.categories import DataCategory
from suone.ground.access.permissions import Permission
from suone.ground.web.fields import DayAhead, TextField, VersionField
from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.queries import colleagues
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import institutions_with_access


class WorkItemForm(forms.Form):
    title = TextField(label=gettext_lazy("What is to be done"), max_length=200)
    due_on = DayAhead(label=gettext_lazy("Due on"))
    addressed = forms.ModelChoiceField(
        label=gettext_lazy("Who does it"),
        queryset=Institution.objects.none(),
        help_text=gettext_lazy("Institutions that can open this case."),
    )
    category = forms.TypedChoiceField(
        label=gettext_lazy("Data category"),
        coerce=int,
        initial=DataCategory.ADMINISTRATIVE.value,
    )
    details = TextField(
        label=gettext_lazy("Details"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, dossier: Dossier, readable: Sequence[DataCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [(c.value, c.label) for c in readable]  # type: ignore[attr-defined]
        reached = institutions_with_access(dossier)
        self.fields["addressed"].queryset = Institution.objects.filter(pk__in=reached)  # type: ignore[attr-defined]


class HandOnForm(forms.Form):
    staff = StaffField(label=gettext_lazy("Colleague"))
    version = VersionField()

    def __init__(self, *args: Any, institution_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "staff", colleagues(institution_id, on=timezone.localdate()).who_can(Permission.CASE_WORK))


class ReasonForm(forms.Form):
    reason = TextField(label=gettext_lazy("Reason"), max_length=300)


class PostponeForm(forms.Form):
    until = DayAhead(label=gettext_lazy("New day"))
    version = VersionField()
