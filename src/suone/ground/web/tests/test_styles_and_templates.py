"""What the strict content policy asks of every template, and that the compiled styles are those of their sources."""

import re
from pathlib import Path

import pytest
from django.test import Client

import suone
from suone.ground.web import css

ROOT = Path(suone.__path__[0])
TEMPLATES = sorted(ROOT.rglob("jinja2/**/*.html"))
ICONS = sorted((ROOT / "ground" / "web" / "static" / "web" / "icons").glob("*.svg"))
FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script of its own": re.compile(r"<script\b(?![^>]*\s(?:src=|type=.application/json))", re.IGNORECASE),
    "an address that is a script": re.compile(r"javascript:", re.IGNORECASE),
    "another host": re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
    "a script evaluated by htmx": re.compile(r"\bhx-(?:on|vars)\b|\bhx-vals\s*=\s*[\"']js:", re.IGNORECASE),
}


def faults(text: str) -> list[str]:
    return [fault for fault, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 30
    assert len(ICONS) > 10


@pytest.mark.parametrize("path", [*TEMPLATES, *ICONS], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_needs_an_inline_style_or_script(path: Path) -> None:
    assert faults(path.read_text()) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('<p class="a"\n   style="color: red">', "a style attribute"),
        ("<style>p {}</style>", "a style element"),
        ('<button type="button" onclick="go()">', "an event attribute"),
        ("<script>go()</script>", "a script of its own"),
        ('<a href="javascript:go()">', "an address that is a script"),
        ('<script src="//cdn.example.org/x.js"></script>', "another host"),
        ("<div hx-on:click='go()'>", "a script evaluated by htmx"),
    ],
)
def test_the_search_finds_what_it_looks_for(text: str, fault: str) -> None:
    assert fault in faults(text)


def test_the_committed_styles_are_those_of_their_sources() -> None:
    assert not css.is_stale()


def test_changed_sources_are_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "suone.scss"
    changed.write_text(css._SOURCE.read_text() + "\np { margin: 0 }\n")
    monkeypatch.setattr(css, "_SOURCE", changed)

    assert css.is_stale()


@pytest.mark.django_db
def test_every_answer_carries_the_strict_content_policy(client: Client) -> None:
    for path in ("/accounts/login/", "/nowhere", "/robots.txt"):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "http:" not in policy
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
