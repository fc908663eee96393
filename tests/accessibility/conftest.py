"""Visitors that come in once and look at many pages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conftest import Site, Visitor

_AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@pytest.fixture(scope="session")
def enter(browser: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    """``enter(email, language)``: the same visitor each time, so that nobody logs in twice; no e-mail, no log-in."""
    visitors: dict[tuple[Any, ...], Visitor] = {}

    def visitor(email: str, language: str) -> Visitor:
        if (email, language) not in visitors:
            fresh = visitors[email, language] = Visitor(browser, site, language)
            fresh.context.add_init_script(path=_AXE)  # sent once, not for each page
            if email:
                fresh.log_in(email)
        return visitors[email, language]

    yield visitor
    for left in visitors.values():
        left.close()
