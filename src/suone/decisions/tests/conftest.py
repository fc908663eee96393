from collections.abc import Iterator

import pytest
from django.utils import translation

from suone.consents.tests.factories import Cast, line, make_cast, sign
from suone.dossiers.models import Dossier
from suone.dossiers.tests.factories import open_file


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """Led by the worker's institution, open to the office."""
    dossier = open_file(cast.worker)
    sign(cast.worker, dossier, line(cast.coordinator))
    return dossier
