from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.reference.beside import Beside, opened_beside
from tests.reference.tables import TABLES


@pytest.fixture(scope="package")
def beside(django_db_blocker: DjangoDbBlocker) -> Iterator[Beside]:
    with django_db_blocker.unblock(), opened_beside(TABLES) as opened:
        yield opened
