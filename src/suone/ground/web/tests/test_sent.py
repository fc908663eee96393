"""What is read past a form: whatever comes, a wrong type is nothing, and no answer is an error of the server."""

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from suone.ground.web.sent import Said


def said(**values: Any) -> Said:
    query = QueryDict(mutable=True)
    for name, value in values.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return Said(query)


@given(st.text(max_size=700))
def test_any_text_is_one_value_or_none(text: str) -> None:
    found = said(x=text)

    assert found.text("x") in ("", text.strip())
    assert found.number("x") is None or 0 <= (found.number("x") or 0) <= 10**18
    assert found.year("x") is None or 1900 <= (found.year("x") or 0) <= 2200
    assert found.day("x") is None or isinstance(found.day("x"), date)
    assert all(number >= 0 for number in found.numbers("x"))


def test_each_is_read_as_what_it_is() -> None:
    found = said(text=" word ", number="7", year="2026", day="2026-02-28", several=["1,2", "3"], button="")

    assert found.text("text") == "word"
    assert found.number("number") == 7
    assert found.number("number", most=6) is None
    assert found.year("year") == 2026
    assert found.year("number") is None
    assert found.day("day") == date(2026, 2, 28)
    assert found.numbers("several") == [1, 2, 3]
    assert found.has("button")
    assert not found.has("missing")
    assert found.text("missing", "open") == "open"
    assert found.text("button", "open") == ""
    assert found.among(["text", "missing"]) == {"text": "word"}


@pytest.mark.parametrize("text", ["x" * 501, "²", "٣", "-1", "1.0", "2026-02-30", "9" * 19])
def test_what_is_none_of_these_is_nothing(text: str) -> None:
    found = said(x=text)

    assert found.number("x") is None
    assert found.day("x") is None


@pytest.mark.parametrize("charset", ["hex", "rot13", "utf-7", "utf-16", "no-such"])
def test_another_encoding_is_refused(client: Client, charset: str) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    body = b'--x\r\nContent-Disposition: form-data; name="language"\r\n\r\n+2AA-\r\n--x--\r\n'

    assert client.generic("POST", "/language", body, content_type=kind).status_code == 400
