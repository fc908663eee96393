"""Short names are for display: a canton that calls its institutions otherwise works the same."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from suone.casework.handovers.models import Handover
from suone.casework.leading.models import Course
from suone.demo.cast import load_cast
from suone.demo.seed import play_stories, publish_shipped
from suone.organisation.institutions.loading import load_directory
from suone.organisation.institutions.models import Institution
from suone.records.workitems.models import WorkItem

_SOURCE = Path(__file__).resolve().parents[1] / "src" / "suone"
_SHORT_NAMES = {
    entry[name]
    for path in (_SOURCE / "organisation" / "institutions" / "files").glob("*.toml")
    for entry in tomllib.loads(path.read_text())["institution"]
    for name in ("code", "short_name_fr")
}


def _strings_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _values_in(content: Any) -> Iterator[str]:
    """What a file says to the program; texts for people lie under a language."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for entry in content:
            yield from _values_in(entry)
    elif isinstance(content, dict):
        for key, entry in content.items():
            if key not in ("de", "fr", "it", "en"):
                yield from _values_in(entry)


def test_no_line_of_the_program_asks_for_a_short_name() -> None:
    files = [p for p in _SOURCE.rglob("*.py") if not {"tests", "demo", "migrations"} & {*p.parts}]

    assert [(path.name, text) for path in files for text in _strings_of(path) if text in _SHORT_NAMES] == []


def test_no_procedure_or_instrument_asks_for_a_short_name() -> None:
    files = [
        *(_SOURCE / "canton" / "procedures" / "files").glob("*.toml"),
        *(_SOURCE / "canton" / "instruments" / "files").glob("*.toml"),
    ]
    found = [(path.name, value) for path in files for value in _values_in(tomllib.loads(path.read_text()))]

    assert len(files) > 10
    assert [entry for entry in found if entry[1] in _SHORT_NAMES] == []


def test_no_sql_asks_for_a_short_name() -> None:
    statements = [(path.name, path.read_text()) for path in _SOURCE.rglob("*.sql")]

    assert [(name, code) for name, text in statements for code in _SHORT_NAMES if f"'{code}'" in text] == []


@pytest.mark.django_db
def test_the_stories_of_the_canton_run_under_other_names() -> None:
    directory = load_directory("vs")
    for number, institution in enumerate(directory.institutions.values()):
        institution.code, institution.short_name_fr = f"Stelle {number}", f"Service {number}"
        institution.save(update_fields=["code", "short_name_fr"])
    publish_shipped()

    play_stories(directory, load_cast(directory, today=timezone.localdate()))

    betweens = set(Handover.objects.values_list("between", flat=True))
    report = WorkItem.objects.filter(step="support/medical_report").select_related("addressed").first()
    assert betweens == {"rav_smz", "bip_rav"}  # by their kinds
    assert report is not None
    assert report.addressed.kind == "disability_insurance"
    assert Course.objects.filter(version__identifier="vs-smz-iv", phase="transfer").exists()
    assert not Institution.objects.filter(code__in=_SHORT_NAMES).exists()
