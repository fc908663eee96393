"""What is typed is saved by itself, into one draft, and the draft goes when the case is notified."""

from collections.abc import Callable

import pytest

from tests.conftest import Site, Visitor

pytestmark = pytest.mark.browser

_DRAFTS = "SELECT data ->> 'last_name', version FROM cases_draft WHERE starts_with(data ->> 'last_name', 'Zum')"


def test_typing_keeps_one_draft_up_to_date(visit: Callable[..., Visitor], site: Site) -> None:
    worker = visit("rahel.kalbermatten@example.org", "de")
    worker.open("/cases/notify")
    page = worker.page

    for name in ("Zum", "Zumtaug", "Zumtaugwald"):
        with page.expect_response(lambda answer: "/cases/drafts" in answer.url) as saved:
            page.fill("input[name=last_name]", name)
        assert saved.value.status == 200
        page.wait_for_function("document.querySelector('#draft-state').textContent !== ''")

    assert site.sql(_DRAFTS) == [("Zumtaugwald", 3)]

    with page.expect_navigation(url="**/cases/drafts/*"):
        worker.press("Save as draft")
    assert page.input_value("input[name=last_name]") == "Zumtaugwald"
    assert site.sql(_DRAFTS) == [("Zumtaugwald", 4)]
