"""The document of the API follows from the code alone: a process builds it once for each form that is asked for."""

from suone.config.api import api


def test_the_document_is_built_once_for_each_form() -> None:
    served = api.get_openapi_schema(path_params={})
    written = api.get_openapi_schema(path_prefix="/elsewhere/")

    assert api.get_openapi_schema(path_params={}) is served
    assert api.get_openapi_schema(path_prefix="/elsewhere/") is written
    assert {path.startswith("/elsewhere/") for path in written["paths"]} == {True}
    assert {path.startswith("/api/v1/") for path in served["paths"]} == {True}
