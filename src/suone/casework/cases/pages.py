"""A form about a case as a page: the case number in the title, a link back to the case below."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from suone.casework.cases.models import Case
from suone.ground.entrances.decorators import ActingRequest
from suone.ground.web.pages import form_page


def form_of_case(
    request: ActingRequest, form: Any, this: Case, *, title: str, submit: str, intro: str = ""
) -> HttpResponse:
    """Render a form about a case on its own page."""
    return form_page(
        request,
        form,
        title=f"{title} · {this.dossier.number}",
        submit=submit,
        back=reverse("case", args=[this.pk]),
        intro=intro,
    )
