"""The API for partners' systems under requests that its OpenAPI document allows, and under many that it does not.

``SUONE_FUZZ=5000`` (``make fuzz``) sends so many to each address; the usual run sends a few.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.organisation.appointments.services import create_partner_system
from suone.organisation.appointments.tests.factories import make_institution, make_staff

_DOCUMENT = json.loads((Path(__file__).resolve().parents[1] / "docs" / "openapi.json").read_text())
_EXAMPLES = int(os.environ.get("SUONE_FUZZ", "12"))
_CHECKS: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
_schema = schemathesis.openapi.from_dict(_DOCUMENT)
_schema.app = get_wsgi_application()
_OPERATIONS = [result.ok() for result in _schema.get_all_operations()]


@pytest.fixture
def key(db: None, settings: Any) -> Iterator[str]:
    """The key of an institution's system, with room for many requests."""
    settings.API_REQUESTS_A_MINUTE = 10**9
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # as Django's own test client does: the test's connection stays
    staff = make_staff(make_institution("SMZ"), Role.CONTACT_PERSON, last_name="Amacker")
    job = acting_for_job("test")
    with acting_as(job):
        yield create_partner_system(job, institution=staff.institution, name="x", responsible=staff)[1]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("operation", _OPERATIONS, ids=lambda one: one.label)
def test_no_request_breaks_the_api_or_is_answered_otherwise_than_documented(
    operation: Any, mode: GenerationMode, key: str
) -> None:
    # A parameter behind the question mark that nobody asked for is left alone; a field of a body is refused.
    checks = [check for check in _CHECKS if operation.body or check is not negative_data_rejection]

    @hypothesis.settings(
        max_examples=_EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=checks)

    send()
