"""The questionnaires in force, for everybody to look up: questions, weights, and what is proposed from them."""

from django.http import HttpResponse

from suone.canton.instruments import queries
from suone.canton.instruments.acts import Act
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, reads
from suone.ground.web.pages import render


@reads(Permission.PROCEDURE_READ, act=Act.LISTED)
def instruments(request: ActingRequest) -> HttpResponse:
    versions = sorted(queries.versions_in_force().values(), key=lambda version: version.title)
    return render(request, "instruments/list.html", {"versions": versions})


@reads(Permission.PROCEDURE_READ, act=Act.LISTED)
def instrument(request: ActingRequest, version_id: int) -> HttpResponse:
    version = queries.version_by_id(version_id)
    return render(request, "instruments/instrument.html", {"version": version, "page": queries.describe(version)})
