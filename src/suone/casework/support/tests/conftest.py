from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from suone.casework.cases import services as cases
from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import activate, ask, do
from suone.casework.support.tests.factories import officer_named
from suone.ground.access.tests.worlds import kept
from suone.records.consents.tests.factories import Cast, line, make_cast


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


@kept
def cast() -> Cast:
    return make_cast()


@kept
def active(cast: Cast) -> Case:
    """Led by the office; the adviser's institution takes part; the consent names the medical officer, and health."""
    case = activate(cast, line(cast.adviser), officer_named(cast), level="complex")
    decision = ask(cast, case, cast.adviser, due_on=timezone.localdate() + timedelta(days=5))
    do(cast.adviser, cases.answer_participation, decision=decision, accept=True)
    return case
