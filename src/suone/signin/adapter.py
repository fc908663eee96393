"""What the library for log-ins asks us: who may have an account, and where a request comes from."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from suone.signin.limits import address_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # administrators make the accounts; nobody signs up alone

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)
