from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from suone.casework.handovers.tests.factories import publish_handovers
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import make_institution, make_staff
from suone.records.consents.tests.factories import Cast, make_cast


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.DOCUMENTS_FOLDER = tmp_path


@kept
def cast() -> Cast:
    """The worker's institution is SMZ, the adviser's RAV."""
    cast = make_cast()
    publish_handovers()
    return cast


@kept
def coordinator_iv(cast: Cast) -> Appointment:
    """An integration coordinator of the IV."""
    return make_staff(make_institution("IV"), Role.FRONT_LINE_WORKER, last_name="Integration")
