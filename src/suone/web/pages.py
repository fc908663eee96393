"""Answering with a page, or with one block of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import loader

from suone.access.errors import Conflict


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
    from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy

    variables |= {"request": request, "csrf_input": csrf_input_lazy(request), "csrf_token": csrf_token_lazy(request)}
    inner = page.template
    return "".join(inner.blocks[block](inner.new_context(variables)))


def refused_page(request: HttpRequest, sentence: str) -> HttpResponse:
    """A rule forbids the act, and no form is there to carry the sentence."""
    return render(request, "web/refused.html", {"sentence": sentence}, status=422)


def conflict_page(request: HttpRequest, conflict: Conflict) -> HttpResponse:
    """Somebody else saved first: both texts stand side by side, nothing is lost."""
    pairs = [(label, conflict.current.get(label, ""), text) for label, text in conflict.submitted.items()]
    return render(request, "web/conflict.html", {"pairs": pairs}, status=409)
