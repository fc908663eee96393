"""How the canton works, for everybody to look up."""

from django.http import HttpResponse

from suone.canton.procedures.acts import Act
from suone.canton.procedures.in_words import page_of
from suone.canton.procedures.queries import all_versions, version_by_id
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, reads
from suone.ground.web.pages import render


@reads(Permission.PROCEDURE_READ, act=Act.LISTED)
def procedures(request: ActingRequest) -> HttpResponse:
    return render(request, "procedures/list.html", {"versions": list(all_versions())})


@reads(Permission.PROCEDURE_READ, act=Act.LISTED)
def procedure(request: ActingRequest, version_id: int) -> HttpResponse:
    return render(request, "procedures/procedure.html", page_of(version_by_id(version_id)))
