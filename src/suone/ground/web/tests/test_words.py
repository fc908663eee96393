"""Words that depend on who reads them."""

import pytest
from django.utils import translation

from suone.ground.web.jinja import colon, in_language, localized


@pytest.mark.parametrize(("language", "half"), [("de", "Vorsitz"), ("fr", "Présidence"), ("en", "Vorsitz")])
def test_a_text_in_two_languages_shows_the_readers_half(language: str, half: str) -> None:
    with translation.override(language):
        assert in_language("Vorsitz / Présidence") == half
        assert in_language("Administration") == "Administration"


def test_french_sets_a_space_before_the_colon() -> None:
    with translation.override("fr"):
        assert colon() == "\u202f:"
    with translation.override("de"):
        assert colon() == ":"


def test_what_somebody_wrote_is_never_translated() -> None:
    with translation.override("de"):
        assert localized("Triage the notification", "en") == "Triage the notification"
        assert localized("Triage the notification", "") == "Meldung triagieren"
        assert localized("", "") == ""
