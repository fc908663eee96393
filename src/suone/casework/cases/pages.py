"""A form about a case as a page: its number in the title, the way back to it below."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from suone.casework.cases.models import Case
from suone.ground.entrances.decorators import ActingRequest
from suone.ground.web.pages import form_page


def form_of_case(
    request: ActingRequest, form: Any, this: Case, *, title: str, submit: str, intro: str = ""
) -> HttpResponse:
    """A form in a page of its own."""
    return form_page(
        request,
        form,
        title=f"{title} · {this.dossier.number}",
        submit=submit,
        back=reverse("case", args=[this.pk]),
        intro=intro,
    )
