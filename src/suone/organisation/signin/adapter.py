"""What the library for log-ins asks us: who may have an account, and where a request comes from."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from suone.ground.entrances.confirming import needs_second_factor
from suone.organisation.appointments.acting import acting_of, current_staff_entries
from suone.organisation.signin.limits import address_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # administrators make the accounts; nobody signs up alone

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whose role needs a second factor keeps one: first another, then away with this."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        if others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            return True
        entries = current_staff_entries(authenticator.user_id)
        return not any(needs_second_factor(acting_of(entry).roles) for entry in entries)
