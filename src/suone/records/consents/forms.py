"""The shapes of what is typed about consents and disclosures."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory, categories_in, mask_of
from suone.ground.web.fields import DayNear, PastDay, PeriodEnd, TextField, months_after
from suone.organisation.institutions.models import Institution
from suone.records.consents.fields import ScopeForm
from suone.records.consents.legal_bases import BY_ACTS, LegalBasis, legal_bases
from suone.records.consents.models import Consent, ConsentRecipient, DisclosureForm, Grantor, SignatureForm
from suone.records.consents.terms import ConsentTerms
from suone.records.documents.rules import SCANS
from suone.records.documents.uploads import Upload, UploadField, upload_of
from suone.records.representation.rules import Signers

_OPEN_CATEGORIES = [(c.value, c.label) for c in DataCategory if c.bit & ALL_BUT_HEALTH]


class SignForm(ScopeForm):
    """What the person signs: the purpose, the recipients, the data and the period."""

    field_order = ("purpose",)

    purpose = TextField(label=gettext_lazy("Purpose in this case"), max_length=300)
    valid_from = DayNear(years_back=1, years_ahead=1, label=gettext_lazy("Valid from"))
    valid_until = PeriodEnd(label=gettext_lazy("Valid until"), help_text=gettext_lazy("The last day is included."))
    is_recurring = forms.BooleanField(label=gettext_lazy("Recurring exchange (otherwise once)"), required=False)
    oral_allowed = forms.BooleanField(label=gettext_lazy("Also by word of mouth"), required=False)
    grantor = forms.ChoiceField(label=gettext_lazy("Given by"), choices=Grantor.choices)
    grantor_name = TextField(label=gettext_lazy("Name of the legal representative"), max_length=150, required=False)
    authority = TextField(
        label=gettext_lazy("Authority that appointed the guardian"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("For a guardian who is not recorded in this case yet; empty for a parent."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the form"), choices=settings.PERSON_LANGUAGES)
    signed_on = PastDay(years_back=5, label=gettext_lazy("Signed on"))
    signed_at_place = TextField(label=gettext_lazy("Place"), max_length=100, required=False)
    scan = UploadField(endings=SCANS, label=gettext_lazy("Signed form as a scan"), required=False)
    signature = TextField(required=False, widget=forms.HiddenInput)

    @staticmethod
    def starting_values(
        acting: Acting,
        *,
        who: Signers,
        language: str,
        receiver_id: int | None,
        others: Sequence[int] = (),
        renewing: Consent | None = None,
    ) -> dict[str, Any]:
        """A new consent is proposed for the canton's usual period; a renewal as it was, from now on.

        A new one names ``receiver_id``, the institution that receives the case (the IIZ office without one), and ``others``.
        ``language`` is that of the person.

        Where the person does not sign alone, whoever is recorded as signing for them is proposed.
        """
        known: dict[str, Any] = {}
        if not who.person:
            names = [representative.name for representative in who.representatives]
            known = {"grantor": Grantor.REPRESENTATIVE, "grantor_name": names[0] if names else ""}
        until = months_after(acting.today, settings.CONSENT_MONTHS)
        if renewing is None:
            receiver = Q(pk=receiver_id) if receiver_id else Q(is_iiz_office=True)
            readers = Institution.objects.filter(receiver | Q(pk__in=others)).values_list("pk", flat=True)
            return known | {
                "purpose": _("Inter-institutional collaboration for integration in this case"),
                "recipients": list(dict.fromkeys([*readers, acting.own_institution_id])),
                "language": language,
                "valid_from": acting.today,
                "valid_until": until,
                "signed_on": acting.today,
                "is_recurring": True,
                "oral_allowed": True,
            }
        recipients = list(renewing.recipients.all())
        starts = renewing.valid_until + timedelta(days=1)
        return known | {
            "purpose": renewing.purpose,
            "recipients": [recipient.institution_id for recipient in recipients if not recipient.staff_id],
            "named_persons": [recipient.staff_id for recipient in recipients if recipient.staff_id],
            "valid_from": max(starts, acting.today),
            "valid_until": max(until, months_after(starts, settings.CONSENT_MONTHS)),
            "signed_on": acting.today,
            "is_recurring": renewing.is_recurring,
            "oral_allowed": renewing.oral_allowed,
            "language": renewing.language,
        }

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("grantor") == Grantor.REPRESENTATIVE and not typed.get("grantor_name"):
            self.add_error("grantor_name", _("Name the legal representative who signed."))
        return typed

    def terms(self) -> ConsentTerms:
        names = set(ConsentTerms.__slots__) - {"signature_form"}
        typed = {name: self.cleaned_data[name] for name in names}
        form = SignatureForm.PAPER if self.cleaned_data["scan"] else SignatureForm.SCREEN
        return ConsentTerms(**typed, signature_form=form)

    def upload(self) -> Upload | None:
        return upload_of(self.cleaned_data["scan"], self.cleaned_data["signature"])


class NarrowForm(forms.Form):
    """Which categories a recipient keeps."""

    categories = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What this recipient may still read"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Take away what the person no longer wants; with nothing left the recipient reads nothing."
        ),
    )

    def __init__(self, *args: Any, recipient: ConsentRecipient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = categories_in(recipient.categories)
        self.fields["categories"].choices = [(c.value, c.label) for c in now]  # type: ignore[attr-defined]
        self.fields["categories"].initial = [c.value for c in now]

    def mask(self) -> int:
        return mask_of(DataCategory(value) for value in self.cleaned_data["categories"])


class BasisForm(forms.Form):
    """First step of a disclosure: its legal basis."""

    basis = forms.ChoiceField(label=gettext_lazy("Legal basis"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = (get_language() or "de")[:2]
        self.fields["basis"].choices = [  # type: ignore[attr-defined]
            (basis.code, f"{basis.title(language)} ({basis.article_in(language)})")
            for basis in legal_bases()
            if basis.code not in BY_ACTS
        ]


class DisclosureRecordForm(forms.Form):
    """Second step: the conditions of the legal basis, the recipient and the data."""

    conditions = forms.MultipleChoiceField(
        label=gettext_lazy("These conditions hold"), required=False, widget=forms.CheckboxSelectMultiple
    )
    recipient = forms.ModelChoiceField(label=gettext_lazy("Recipient"), queryset=Institution.objects.none())
    purpose = TextField(label=gettext_lazy("Purpose"), max_length=300)
    form = forms.ChoiceField(label=gettext_lazy("Form"), choices=DisclosureForm.choices)
    categories = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Data categories"),
        coerce=int,
        choices=_OPEN_CATEGORIES,
        widget=forms.CheckboxSelectMultiple,
    )
    access_until = PeriodEnd(
        years_back=0,
        label=gettext_lazy("Access until"),
        required=False,
        help_text=gettext_lazy("Only for access to the case."),
    )

    def __init__(self, *args: Any, basis: LegalBasis, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = (get_language() or "de")[:2]
        self.fields["conditions"].choices = [(c.code, c.sentence(language)) for c in basis.conditions]  # type: ignore[attr-defined]
        others = Institution.objects.exclude(pk=acting.own_institution_id)
        self.fields["recipient"].queryset = others  # type: ignore[attr-defined]

    def mask(self) -> int:
        return mask_of(DataCategory(value) for value in self.cleaned_data["categories"])
