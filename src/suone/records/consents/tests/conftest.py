from collections.abc import Iterator

import pytest
from django.utils import translation

from suone.ground.access.tests.worlds import kept
from suone.records.consents.tests.factories import Cast, make_cast
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.tests.factories import open_file


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


@kept
def cast() -> Cast:
    return make_cast()


@kept
def dossier(cast: Cast) -> Dossier:
    """Led by the worker's institution, and open to nobody else yet."""
    return open_file(cast.worker)
