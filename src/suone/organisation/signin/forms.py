"""Forms that replace those of allauth, so as not to reveal who has an account and to respect a pause."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.models import AppointmentQuerySet
from suone.organisation.signin.letters import queue_letter
from suone.organisation.signin.limits import is_paused, key_of
from suone.organisation.signin.models import Letter


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    """Requests a link; does the same work and gives the same page for known and unknown addresses."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **_others: object) -> str:
        queue_letter(Letter.Kind.RESET, self.cleaned_data["email"])
        return str(self.cleaned_data["email"])


class _Code(BaseAuthenticateForm):  # type: ignore[misc]
    """A code of the app, or a recovery code; wrong ones count as failed log-ins, like wrong passwords."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of the authenticator app, or a recovery code")
        self.fields["code"].widget.attrs.pop("placeholder", None)

    def clean_code(self) -> str:
        if is_paused(key_of(self.user.email)):
            context.request.axes_locked_out = True
            raise get_adapter().validation_error("too_many_login_attempts")
        return str(super().clean_code())


class LogInCodeForm(_Code, AuthenticateForm):  # type: ignore[misc]
    """The second step of a log-in."""


class ConfirmingCodeForm(_Code, ReauthenticateForm):  # type: ignore[misc]
    """Reauthentication within a session."""


class AddressForm(forms.Form):
    address = forms.EmailField(label=_("New address"), max_length=254)


class FactorResetForm(forms.Form):
    holder = StaffField(label=_("Whose second factor is lost"))

    def __init__(self, *args: object, colleagues: AppointmentQuerySet, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        offer(self, "holder", colleagues)
