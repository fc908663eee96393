"""A log line says what was requested and where it failed, never what was searched or typed."""

import json
import logging
import logging.config
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError, connection
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

    assert "secret" not in _line(written)


@pytest.mark.django_db
def test_an_error_is_logged_with_its_places_and_causes_and_without_its_values() -> None:
    def refuse() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE refused (name text, CONSTRAINT nobody CHECK (name IS NULL)) ON COMMIT DROP"
            )
            cursor.execute("INSERT INTO refused VALUES ('Muster')")

    try:
        try:
            refuse()
        except IntegrityError as error:
            raise ValueError("Muster is refused") from error
    except ValueError:
        record = logging.getLogger().makeRecord("job", logging.ERROR, "", 0, "Failed", (), sys.exc_info())

    line = _line(record)

    assert "Muster" not in line
    last, framework, database = json.loads(line)["errors"]
    assert last["kind"] == "builtins.ValueError"
    assert framework["kind"] == "django.db.utils.IntegrityError"
    assert (database["sqlstate"], database["constraint"]) == ("23514", "nobody")
    assert any(place.endswith(" refuse") and "test_logs.py:" in place for place in framework["places"])


def _line(record: logging.LogRecord) -> str:
    formatter = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(
        dict(settings.LOGGING["formatters"]["json"])
    )
    return formatter.format(record)
