"""A log line says what was requested, never what was searched."""

import logging
import logging.config

from django.conf import settings
from django.test import RequestFactory

from suone.config.logs import PathOnlyMiddleware


def test_a_log_line_holds_no_query() -> None:
    request = RequestFactory().get("/search", {"name": "Muster"})

    line = PathOnlyMiddleware.format_request(request)

    assert line == "GET /search"


def test_a_log_line_holds_no_link_of_a_guest() -> None:
    request = RequestFactory().get("/invitations/secret-token/calendar")

    line = PathOnlyMiddleware.format_request(request)

    assert line == "GET /invitations/…/calendar"


def test_neither_does_what_the_framework_says_of_a_refused_request() -> None:
    written = logging.getLogger().makeRecord(
        "django.request", logging.WARNING, "", 0, "Not Found: %s", ("/invitations/secret-token",), None
    )
    formatter = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(
        dict(settings.LOGGING["formatters"]["json"])
    )

    assert "secret" not in formatter.format(written)
