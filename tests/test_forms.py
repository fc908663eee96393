"""What holds for every field of every form: bounds by what it means, and nothing that is typed is cut."""

import ast
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django import forms
from django.template import engines

from suone.desk.directory import forms as directory_forms
from suone.ground.web import fields
from suone.records.dossiers.fields import BirthField
from tests.test_consistency import PACKAGES, SOURCES

# Each says why it needs no bound of its own.
_UNBOUNDED: dict[str, str] = {}
_OF_DJANGO = {"DateField", "DateTimeField", "IntegerField", "DecimalField", "FloatField", "CharField"}


def form_classes() -> Iterator[type[forms.BaseForm]]:
    for package in PACKAGES:
        for name in ("forms", "fields"):
            if (package / f"{name}.py").exists():
                module = import_module(".".join(package.relative_to(SOURCES.parent).parts) + f".{name}")
                for found in vars(module).values():
                    if (
                        isinstance(found, type)
                        and issubclass(found, forms.BaseForm)
                        and found.__module__ == module.__name__
                    ):
                        yield found
    yield from map(directory_forms.entry_form, directory_forms.KINDS)


def all_fields() -> dict[str, forms.Field]:
    found = {
        f"{form.__module__}.{form.__name__}.{name}": field
        for form in form_classes()
        for name, field in getattr(form, "base_fields", {}).items()
    }
    assert len(found) > 250
    return found


def test_every_day_and_number_has_bounds_by_what_it_means() -> None:
    bounded = (fields.DayField, fields.MomentField, fields.NumberField)
    without = {
        name
        for name, field in all_fields().items()
        if isinstance(field, forms.DateField | forms.DateTimeField | forms.IntegerField | forms.FloatField)
        and not isinstance(field, bounded)
    }

    assert without == set(_UNBOUNDED), (
        "Use PastDay, DayAhead, DayNear, PeriodEnd, MomentField or NumberField (ground/web/fields.py)."
    )


def test_forms_are_made_of_these_fields_where_they_are_built_in_code_too() -> None:
    found = [
        f"{path.relative_to(SOURCES)}:{part.lineno} {part.attr}"
        for path in SOURCES.rglob("*.py")
        if "tests" not in path.parts and path != SOURCES / "ground" / "web" / "fields.py"
        for part in ast.walk(ast.parse(path.read_text()))
        if isinstance(part, ast.Attribute) and part.attr in _OF_DJANGO
        and isinstance(part.value, ast.Name) and part.value.id == "forms"
    ]  # fmt: skip

    assert found == [], "Use the fields of ground/web/fields.py."


def test_no_page_cuts_what_is_pasted_and_each_says_how_much_fits() -> None:
    macro = engines["jinja2"].from_string(
        '{% import "web/components/forms.html" as forms %}{% for f in form %}{{ forms.field(f) }}{% endfor %}'
    )
    texts = {
        name: field
        for name, field in all_fields().items()
        if getattr(field, "max_length", None) and not field.widget.is_hidden
    }
    assert len(texts) > 100

    for name, field in texts.items():
        form = type("One", (forms.Form,), {"one": field})()
        page = macro.render({"form": form})
        assert "maxlength" not in page, name
        assert f'data-longest="{field.max_length}"' in page, name  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [name for name, field in all_fields().items() if getattr(field, "max_length", None)])
def test_a_text_that_is_too_long_is_said_to_be_by_how_much(name: str) -> None:
    field: Any = all_fields()[name]
    if isinstance(field, forms.EmailField | forms.SlugField | BirthField):
        return  # too long to be one at all, which is what their own sentence says

    with pytest.raises(forms.ValidationError) as refused:
        field.clean("x" * (field.max_length + 12))

    assert f"This text is 12 characters too long: shorten it to {field.max_length}." in refused.value.messages[0]


def test_views_read_past_a_form_through_one_reader() -> None:
    found = [
        f"{path.relative_to(SOURCES)}:{part.lineno}"
        for path in SOURCES.rglob("*.py")
        if "tests" not in path.parts and "ground" not in path.relative_to(SOURCES).parts[:1]
        for part in ast.walk(ast.parse(path.read_text()))
        if (isinstance(part, ast.Attribute | ast.Subscript) and _is_sent(part.value))
        or (isinstance(part, ast.Compare) and any(map(_is_sent, part.comparators)))
    ]

    assert found == [], "Use in_query(request) or in_form(request) of ground/web/sent.py, or a form."


def _is_sent(part: ast.expr) -> bool:
    return (
        isinstance(part, ast.Attribute)
        and part.attr in ("GET", "POST")
        and isinstance(part.value, ast.Name)
        and part.value.id == "request"
    )
