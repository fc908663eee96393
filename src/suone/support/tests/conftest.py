from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from suone.cases import services as cases
from suone.cases.models import Case
from suone.cases.tests.factories import activate, ask, do
from suone.consents.tests.factories import Cast, line, make_cast
from suone.support.tests.factories import officer_named


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def active(cast: Cast) -> Case:
    """Led by the office; the adviser's institution takes part; the consent names the medical officer, and health."""
    case = activate(cast, line(cast.adviser), officer_named(cast))
    decision = ask(cast, case, cast.adviser, due_on=timezone.localdate() + timedelta(days=5))
    do(cast.adviser, cases.answer_participation, decision=decision, accept=True)
    return case
