"""A client for thousands of requests, which looks up once what is the same in all of them: who knocks."""

from typing import Any
from urllib.parse import urlencode

from django.test import Client

from suone.ground.access.models import User
from suone.ground.web.bound import FIELD, seal
from suone.organisation.appointments.acting import current_staff_entries

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_FORM = "application/x-www-form-urlencoded"


class Knocking(Client):
    """Somebody in front of the product: a user, a partner's system with its key, or nobody."""

    def __init__(self, user: User | None = None, *, key: str = "", raise_request_exception: bool = False) -> None:
        given = {"HTTP_AUTHORIZATION": f"Bearer {key}"} if key else {}
        super().__init__(raise_request_exception=raise_request_exception, **given)
        self.mark = ""
        if user is not None:
            self.force_login(user, backend=_BACKEND)
            entries = current_staff_entries(user.pk)
            self.mark = seal(user.pk, entries[0].pk) if entries else ""

    def send(self, url: str, typed: dict[str, Any]) -> Any:
        """Send a form with the mark of its page."""
        return self.post(url, urlencode({FIELD: self.mark} | typed), content_type=_FORM)
