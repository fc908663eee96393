"""Responses: a page, or one block of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import loader
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from django.utils.http import url_has_allowed_host_and_scheme

from suone.ground.access.errors import Conflict, Refused
from suone.ground.web.bound import DRAFT, FIELD, NOT_TYPED

# Fields whose values are never shown again.
_SECRET = {"password", "again", "code", "token"}


def render(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, block: str = "", status: int = 200
) -> HttpResponse:
    """Render a page; if ``block`` is given and htmx sent the request, only that block. Never cached."""
    page = loader.get_template(template)
    if block and getattr(request, "htmx", False):
        text = _block(page, context or {}, request, block)
    else:
        text = page.render(context or {}, request)
    return HttpResponse(text, status=status)


def _block(page: Any, context: dict[str, Any], request: HttpRequest, block: str) -> str:
    variables = dict(context)
    for processor in page.backend.template_context_processors:
        variables.update(processor(request))
    variables |= {"request": request, "csrf_input": csrf_input_lazy(request), "csrf_token": csrf_token_lazy(request)}
    inner = page.template
    whole = inner.new_context(variables)
    next(inner.root_render_func(whole), "")  # up to the first output: by then the page has imported its macros
    return "".join(inner.blocks[block](whole))


def printed(pdf: bytes, name: str) -> HttpResponse:
    """A PDF to view and print; ``name`` must say nothing about a person."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def refused_page(request: HttpRequest, sentence: str) -> HttpResponse:
    """A rule forbids the act, and there is no form on which to show the sentence: what was typed is shown below it."""
    typed = [text for text in _typed(request) if " " in text.strip()]  # sentences, not the codes of choices
    context = {"sentence": sentence, "typed": typed, "back": page_before(request) if typed else ""}
    return render(request, "web/refused.html", context, status=422)


def conflict_page(request: HttpRequest, conflict: Conflict) -> HttpResponse:
    """Somebody else saved first: both texts side by side, so that nothing is lost."""
    pairs = [(label, conflict.current.get(label, ""), text) for label, text in conflict.submitted.items()]
    return render(request, "web/conflict.html", {"pairs": pairs}, status=409)


def opened_as_another_page(request: HttpRequest, *, then: str, now: str, may_send: bool) -> HttpResponse:
    """The form was opened for one institution and sent for another: keep what was typed and ask for which to send it.

    ``then`` is the former institution, empty if the account no longer works there; ``now`` is the current one.
    """
    return _question_page(request, {"why": "another", "then": then, "now": now, "may_send": may_send})


def sent_before_page(request: HttpRequest) -> HttpResponse:
    """The same form was already sent with different content: show what was typed and do nothing."""
    return _question_page(request, {"why": "before", "then": "", "now": "", "may_send": True})


def sent_unmarked_page(request: HttpRequest, *, now: str, may_send: bool) -> HttpResponse:
    """The form does not say under which appointment its page was opened: ask for which institution to send it."""
    return _question_page(request, {"why": "unmarked", "then": "", "now": now, "may_send": may_send})


def session_ended_page(request: HttpRequest) -> HttpResponse:
    """The session ended while the user was typing, and the same account has logged in again: show what was typed."""
    return _question_page(request, {"why": "session", "then": "", "now": "", "may_send": True})


def opened_by_another_page(request: HttpRequest) -> HttpResponse:
    """Another account opened the page: what was typed there is not shown."""
    response = render(request, "web/opened_by_another.html", status=409)
    return _instead_of_the_page(response)


def _question_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    sent = _sent(request)
    context |= {"sent": sent, "typed": _typed(request), "files": len(request.FILES), "to": request.get_full_path()}
    context |= {"mark": request.POST.get(FIELD, ""), "draft_of": request.POST.get(DRAFT, "")}
    return _instead_of_the_page(render(request, "web/sent_as_another.html", context, status=409))


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What the form sent; fields of a reauthentication (confirm-…) are never shown again."""
    names = [name for name in request.POST if name not in NOT_TYPED and not name.startswith("confirm-")]
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def _typed(request: HttpRequest) -> list[str]:
    """What of it was typed, to show it again."""
    return [value for name, value in _sent(request) if value.strip() and not value.isdigit() and name not in _SECRET]


def _instead_of_the_page(response: HttpResponse) -> HttpResponse:
    """If htmx asked for a part of a page, replace the whole page instead."""
    response["HX-Retarget"], response["HX-Reselect"], response["HX-Reswap"] = "#main", "#main", "outerHTML"
    return response


def unrecorded_page() -> HttpResponse:
    """The log cannot be written, so nothing is shown; needs no database, which may be failing."""
    text = loader.get_template("web/unrecorded.html").render({})
    return HttpResponse(text, status=503)


def too_many_page(request: HttpRequest) -> HttpResponse:
    """Too many attempts within a minute."""
    return render(request, "web/too_many.html", status=429)


def form_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    title: str,
    submit: str,
    back: str,
    intro: str = "",
    upload: bool = False,
) -> HttpResponse:
    """A page with one form; status 422 if the form has errors, so that ``@acts`` rolls back."""
    context = {"form": form, "title": title, "submit": submit, "back": back, "intro": intro, "upload": upload}
    return render(request, "web/form.html", context, status=422 if form.errors else 200)


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """Show a ``Refused`` raised inside the block on the form, with what was typed."""
    try:
        yield
    except Refused as refusal:
        form.add_error(None, str(refusal))


def page_before(request: HttpRequest) -> str:
    """The page of ours from which the form was sent, to return to after a log-in; the worklist if it is none."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(referer)
    return urlunsplit(("", "", "/" + parts.path.lstrip("/"), parts.query, ""))


def done(request: HttpRequest, sentence: str, address: str, *args: object) -> HttpResponse:
    """Redirect to a page, with a message that says what was done."""
    if sentence:
        messages.success(request, sentence)
    return redirect(address, *args)
