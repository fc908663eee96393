from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from suone.records.consents.tests.factories import Cast, make_cast
from suone.register.server.tests.factories import open_register
from suone.register.server.tokens import EpochInfo, live_epochs


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def cast(db: None, tmp_path: Path, settings: Any) -> Cast:
    """Two institutions that take part in an open register, with keys of its own, and others that do not."""
    settings.REGISTER_KEYS_FOLDER = str(tmp_path / "keys")
    cast = make_cast()
    open_register(cast.worker.institution, cast.adviser.institution)
    return cast


@pytest.fixture
def epoch(cast: Cast) -> EpochInfo:
    (epoch,) = live_epochs()
    return epoch
