"""Forms of the library for log-ins, where they must not tell who has an account."""

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest

from suone.signin.letters import keep_letter
from suone.signin.models import Letter


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    """Asks for a link; the same work and the same page for a known and an unknown address."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **_others: object) -> str:
        keep_letter(Letter.Kind.RESET, self.cleaned_data["email"])
        return str(self.cleaned_data["email"])
