"""Adapters of allauth: who may sign up, where a request comes from, which factors can be removed."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from suone.ground.entrances.confirming import needs_second_factor
from suone.organisation.appointments.acting import acting_of, current_staff_entries
from suone.organisation.signin.limits import address_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # accounts are created by administrators only

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever has a role that requires a second factor must add another one before removing the last."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        if others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            return True
        entries = current_staff_entries(authenticator.user_id)
        return not any(needs_second_factor(acting_of(entry).roles) for entry in entries)
