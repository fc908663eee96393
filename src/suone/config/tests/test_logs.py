"""A log line tells what was asked for, never what was searched."""

from django.test import RequestFactory

from suone.config.logs import PathOnlyMiddleware


def test_a_log_line_holds_no_query() -> None:
    request = RequestFactory().get("/search", {"name": "Muster"})

    line = PathOnlyMiddleware.format_request(request)

    assert line == "GET /search"
