"""A worker wants to call the social-medical centre in Siders, and finds whom while typing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.conftest import Visitor


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "words", "place"), [("de", "SMZ Siders", "Siders"), ("fr", "CMS Sierre", "Sierre")]
)
def test_the_contact_person_appears_while_typing(
    visit: Callable[..., Visitor], language: str, words: str, place: str
) -> None:
    worker = visit("thomas.pfammatter@example.org", language, typing=True)
    worker.open("/directory/")
    people = worker.page.locator("#results li.who")
    everybody = people.count()

    worker.page.locator("#words").press_sequentially(words)
    expect(people).not_to_have_count(everybody)

    assert people.count() >= 1
    assert all(place in text for text in people.all_inner_texts())
    assert worker.page.locator("#results a[href^='tel:']").count() >= 1
    assert worker.page.url.endswith("/directory/")
