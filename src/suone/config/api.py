"""The API for partners' systems under ``/api/v1/``: the routers of the packages, with shared authentication and errors."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from suone.ground.api.problems import MEDIA_TYPE, Problem, answer_with_problems, not_found
from suone.ground.entrances.for_systems import PartnerKey
from suone.ground.web.views import page_not_found
from suone.register.server.api import router as register_router

_ABOUT = """\
For partners' own systems. A key (`suone partner create`) is sent as `Authorization: Bearer suone_…` and acts for its
institution. Errors are problem details (RFC 9457) with a sentence in the language of `Accept-Language` (de, fr, en).
AHV numbers are never sent: they are blinded where they are stored. `suone register push` does all of this.
"""


class PartnerApi(NinjaAPI):
    """The API, with an OpenAPI document in which every response may also be a problem."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._documents: dict[str, OpenAPISchema] = {}

    def get_openapi_operation_id(self, operation: Operation) -> str:
        config = apps.get_containing_app_config(operation.view_func.__module__)
        return f"{config.label if config else 'api'}_{operation.view_func.__name__}"

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Built once in a process: it follows from the code alone, and building it takes longer than most answers."""
        asked = repr(sorted(options.items()))
        if asked not in self._documents:
            self._documents[asked] = self._built(**options)
        return self._documents[asked]

    def _built(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        parts = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        document["components"].setdefault("schemas", {}).update(parts.pop("$defs") | {"Problem": parts})
        problem = {
            "description": "A problem.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for methods in document["paths"].values():
            for operation in methods.values():
                operation["responses"] = {str(code): response for code, response in operation["responses"].items()}
                operation["responses"]["default"] = problem
        return document


api = PartnerApi(title="Suone", version="1", description=_ABOUT, urls_namespace="api", auth=PartnerKey(), docs_url=None)
answer_with_problems(api)
api.add_router("/register", register_router)


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An unknown URL: problem details below ``/api/``, otherwise a page."""
    return not_found() if request.path.startswith("/api/") else page_not_found(request, exception)
