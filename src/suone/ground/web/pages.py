"""ContactAssignment with a page, or with one block of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import loader
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy

from suone.ground.access.errors import Conflict, Refused
from suone.ground.web.bound import FIELD, NOT_TYPED

# Never repeated on a page.
_SECRET = {"password", "code", "token"}


def render(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, block: str = "", status: int = 200
) -> HttpResponse:
    """A page; with ``block`` and a request by htmx, that block of the page alone."""
    page = loader.get_template(template)
    if block and getattr(request, "htmx", False):
        text = _block(page, context or {}, request, block)
    else:
        text = page.render(context or {}, request)
    response = HttpResponse(text, status=status)
    # What somebody may see now may be withdrawn a moment later: nothing is kept by the browser.
    response["Cache-Control"] = "no-store"
    return response


def _block(page: Any, context: dict[str, Any], request: HttpRequest, block: str) -> str:
    variables = dict(context)
    for processor in page.backend.template_context_processors:
        variables.update(processor(request))
    variables |= {"request": request, "csrf_input": csrf_input_lazy(request), "csrf_token": csrf_token_lazy(request)}
    inner = page.template
    whole = inner.new_context(variables)
    next(inner.root_render_func(whole), "")  # as far as its first word: by then the page has imported its macros
    return "".join(inner.blocks[block](whole))


def printed(pdf: bytes, name: str) -> HttpResponse:
    """A PDF to look at and to print; its name says nothing about a person."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def refused_page(request: HttpRequest, sentence: str) -> HttpResponse:
    """A rule forbids the act, and no form is there to carry the sentence."""
    return render(request, "web/refused.html", {"sentence": sentence}, status=422)


def conflict_page(request: HttpRequest, conflict: Conflict) -> HttpResponse:
    """Somebody else saved first: both texts stand side by side, nothing is lost."""
    pairs = [(label, conflict.current.get(label, ""), text) for label, text in conflict.submitted.items()]
    return render(request, "web/conflict.html", {"pairs": pairs}, status=409)


def opened_as_another_page(request: HttpRequest, *, then: str, now: str, may_send: bool) -> HttpResponse:
    """The page was opened for one institution and sent for another: nothing is done, what was typed is there, and asked for whom.

    ``then`` is empty where the account works there no longer.
    """
    return _question_page(request, {"why": "another", "then": then, "now": now, "may_send": may_send})


def sent_before_page(request: HttpRequest) -> HttpResponse:
    """The same form was sent before with other words: nothing is done a second time unasked."""
    return _question_page(request, {"why": "before", "then": "", "now": "", "may_send": True})


def sent_unmarked_page(request: HttpRequest, *, now: str, may_send: bool) -> HttpResponse:
    """The form does not say under which appointment its page was opened: nothing is done, and asked for whom."""
    return _question_page(request, {"why": "unmarked", "then": "", "now": now, "may_send": may_send})


def session_ended_page(request: HttpRequest) -> HttpResponse:
    """The log-in ended while somebody wrote, and the same account has logged in again: what was typed is not lost."""
    return _question_page(request, {"why": "session", "then": "", "now": "", "may_send": True})


def opened_by_another_page(request: HttpRequest) -> HttpResponse:
    """Another account opened the page: what was typed in it is not for whoever is here now."""
    response = render(request, "web/opened_by_another.html", status=409)
    return _instead_of_the_page(response)


def _question_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    # The answer to the question who is there (confirm-…) is no part of what was typed, and repeated nowhere.
    names = [name for name in request.POST if name not in NOT_TYPED and not name.startswith("confirm-")]
    sent = [(name, value) for name in names for value in request.POST.getlist(name)]
    typed = [value for name, value in sent if value.strip() and not value.isdigit() and name not in _SECRET]
    context |= {"sent": sent, "typed": typed, "files": len(request.FILES), "to": request.get_full_path()}
    context["mark"] = request.POST.get(FIELD, "")
    return _instead_of_the_page(render(request, "web/sent_as_another.html", context, status=409))


def _instead_of_the_page(response: HttpResponse) -> HttpResponse:
    """For a part that htmx exchanges: this takes the place of the whole page, not of the part."""
    response["HX-Retarget"], response["HX-Reselect"], response["HX-Reswap"] = "#main", "#main", "outerHTML"
    return response


def unrecorded_page() -> HttpResponse:
    """The log cannot be written, so nothing is shown; the page stands alone, since the database may be in trouble."""
    text = loader.get_template("web/unrecorded.html").render({})
    response = HttpResponse(text, status=503)
    response["Cache-Control"] = "no-store"
    return response


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
    """A page that is one form; with errors it answers 422, so that nothing is kept."""
    context = {"form": form, "title": title, "submit": submit, "back": back, "intro": intro, "upload": upload}
    return render(request, "web/form.html", context, status=422 if form.errors else 200)


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """What a rule refuses is shown on the form, and what was typed stays."""
    try:
        yield
    except Refused as refusal:
        form.add_error(None, str(refusal))


def done(request: HttpRequest, sentence: str, address: str, *args: object) -> HttpResponse:
    """Lead on to a page, with a sentence that says what was done."""
    if sentence:
        messages.success(request, sentence)
    return redirect(address, *args)
