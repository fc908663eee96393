"""A guest's form that is sent again: the same response, and no act.

A guest has no account to keep it under, and what they send may be a password: the key is kept with a code of the content that
only this installation can make, for as long as somebody may press a button twice.
"""

import uuid
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from suone.ground.entrances import bound_forms
from suone.ground.web.bound import KEY
from suone.ground.web.pages import refused_page

_KEPT = 7 * 86_400  # seconds


@dataclass(frozen=True, slots=True)
class SentByGuest:
    """A form as it was just sent, and the earlier one under the same key: where it led and the code of its content."""

    name: str
    code: str
    before: dict[str, str] | None

    def answer_before(self, request: HttpRequest) -> HttpResponse | None:
        """The response to the earlier form, or a refusal if this one says something else; None if it was not sent before."""
        if self.before is None:
            return None
        if self.before["code"] != self.code:
            return refused_page(request, _("This form was sent before, with other content. Open its page again."))
        return redirect(self.before["leads_to"] or request.path)

    def keep(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """Keep where the form led; one that led nowhere, such as one shown again with errors, was not sent."""
        if leads_to := response.headers.get("Location", ""):
            known = "" if leads_to == request.path else leads_to  # the address of a guest's page holds their secret
            cache.set(self.name, {"code": self.code, "leads_to": known}, _KEPT)
        else:
            cache.delete(self.name)


def sent_by_guest(request: HttpRequest) -> SentByGuest | None:
    """Store the form's key in the transaction of the act; a simultaneous duplicate waits here for the first."""
    try:
        key = uuid.UUID(request.POST.get(KEY, ""))
    except ValueError:
        return None
    name = f"sent-by-guest:{request.path}:{key}"
    code = salted_hmac("suone.sent-by-guest", bound_forms.digest(request), algorithm="sha256").hexdigest()
    is_first = cache.add(name, {"code": code, "leads_to": ""}, _KEPT)
    return SentByGuest(name, code, None if is_first else cache.get(name))
