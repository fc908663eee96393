"""Lines of the log as a file."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from suone.desk.privacy.queries import Line
from suone.ground.audit.acts import sentence_of
from suone.ground.web.jinja import moment


def table_of(lines: Sequence[Line]) -> list[list[str]]:
    """With headings; the same columns as the page."""
    headings = [
        _("Entry"),
        _("When"),
        _("Who"),
        _("In place of"),
        _("Institution"),
        _("What"),
        _("Kind"),
        _("Case"),
        _("For whom"),
    ]
    return [headings, *([*_row(line)] for line in lines)]


def _row(line: Line) -> list[str]:
    entry = line.entry
    cases = [case.number for case in line.cases] + ([f"+ {line.further}"] if line.further else [])
    return [
        str(entry.pk),
        moment(entry.at),
        line.who or entry.acting_kind,
        line.in_place_of,
        line.institution,
        sentence_of(entry.act),
        str(entry.get_kind_display()),
        ", ".join(cases),
        line.recipients,
    ]
