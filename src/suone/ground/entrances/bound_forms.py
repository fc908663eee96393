"""Forms opened under another appointment, or sent again with different content: the user is asked before anything is done."""

import hashlib
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse

from suone.ground.access.acting import Acting
from suone.ground.access.permissions import Permission
from suone.ground.web.bound import CHANGE_BACK, FIELD, NOT_TYPED, bound_to, opened
from suone.ground.web.pages import opened_as_another_page, opened_by_another_page, sent_before_page, sent_unmarked_page

__all__ = ["change_back", "digest", "question", "sent_before_page"]


def change_back(request: HttpRequest, acting: Acting) -> Acting:
    """Switch back to the appointment under which the page was opened, if the user chose to; otherwise change nothing."""
    page = opened(request)
    if page is None or CHANGE_BACK not in request.POST or page.user_id != acting.user_id:
        return acting
    changed: Acting | None = request.act_under(page.staff_id)  # type: ignore[attr-defined]  # put there by the middleware
    return changed or acting


def question(request: HttpRequest, acting: Acting, permission: Permission) -> HttpResponse | None:
    """The page that asks, if the form was opened under another appointment; None if all is in order.

    What was typed is shown again to the account that opened the page, and to nobody else. A form without the mark leads
    to the question, too, since every page of ours carries one. The CSRF token proves that this browser sent it.
    """
    if not request.POST.get(FIELD):
        with bound_to(acting):
            return sent_unmarked_page(request, now=acting.institution_name, may_send=acting.may(permission))
    page = opened(request)
    if page is None or page.user_id != acting.user_id:
        return opened_by_another_page(request)
    if page.staff_id == acting.staff_id:
        return None
    before = next((entry for entry in request.staff_entries if entry.pk == page.staff_id), None)  # type: ignore[attr-defined]
    with bound_to(acting):
        return opened_as_another_page(
            request,
            then=before.institution.name if before else "",
            now=acting.institution_name,
            may_send=acting.may(permission),
        )


def digest(request: HttpRequest) -> str:
    """SHA-256 in hex over a form's content and files, without the fields that change each time its page is opened."""
    summary = hashlib.sha256()
    for part in _parts(request):
        summary.update(len(part).to_bytes(8, "big") + part)
    return summary.hexdigest()


def _parts(request: HttpRequest) -> Iterator[bytes]:
    for name, values in sorted(request.POST.lists()):
        if name not in NOT_TYPED:
            yield name.encode()
            yield from (value.encode(errors="surrogatepass") for value in values)
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield name.encode()
            yield from file.chunks()
            file.seek(0)
