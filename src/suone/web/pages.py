"""Answering with a page, or with one block of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import loader
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy

from suone.access.errors import Conflict, Refused


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


def refused_page(request: HttpRequest, sentence: str) -> HttpResponse:
    """A rule forbids the act, and no form is there to carry the sentence."""
    return render(request, "web/refused.html", {"sentence": sentence}, status=422)


def conflict_page(request: HttpRequest, conflict: Conflict) -> HttpResponse:
    """Somebody else saved first: both texts stand side by side, nothing is lost."""
    pairs = [(label, conflict.current.get(label, ""), text) for label, text in conflict.submitted.items()]
    return render(request, "web/conflict.html", {"pairs": pairs}, status=409)


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
