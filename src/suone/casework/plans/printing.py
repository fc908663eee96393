"""A plan on paper: the plan with its signatures, and a booklet in plain language for the person.

Both contain what the person printing may read, in German, French, Italian or English; entries keep their own language.
"""

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone, translation

from suone.casework.cases.models import Case
from suone.casework.cases.queries import people_of
from suone.casework.plans.models import Entry, Measure, Signature
from suone.casework.plans.queries import Sheet
from suone.casework.plans.rules import EntryKind, MeasureState, SignatureState, State
from suone.ground.access.acting import Acting
from suone.records.documents.typeset import Frame, typeset
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import particulars_of

_HERE = Path(__file__).parent
_VERSION = "2026-1"
_GOING_ON = (MeasureState.PLANNED, MeasureState.RUNNING)


def plan_pdf(acting: Acting, sheet: Sheet, *, language: str) -> bytes:
    """Return the plan as a PDF with its signatures, and a line to sign on for those still missing."""
    words = _words("plan", language)
    with translation.override(language):
        data = {
            "title": f"{words['kinds'][sheet.plan.kind]}, {words['version']} {sheet.plan.number}",
            "state": _state(sheet, words),
            "particulars": _particulars(acting, sheet, words),
            "sections": [
                {"title": words["sections"][kind], "lines": _texts(sheet.of(kind))}
                for kind in (EntryKind.SITUATION, EntryKind.DIFFICULTY, EntryKind.RESOURCE)
            ],
            "goals": [_goal(sheet, goal, words) for goal in (*sheet.goals, None)],
            "commitments": _texts(sheet.of(EntryKind.COMMITMENT)),
            "signatures": [_signature(sheet, signature, words) for signature in _signing(sheet)],
        }
    return _typeset(acting, "plan", sheet, words, data, language)


def booklet_pdf(acting: Acting, sheet: Sheet, case: Case, *, language: str) -> bytes:
    """Return the booklet the person takes home, as a PDF: agreements, next steps with dates, and contacts."""
    words = _words("booklet", language)
    with translation.override(language):
        going_on = [measure for measure in sheet.measures if measure.state in _GOING_ON]
        going_on.sort(key=lambda measure: measure.from_on or date.max)
        data = {
            "name": _name(acting, sheet.plan.dossier),
            "is_binding": sheet.plan.state == State.BINDING,
            "goals": _texts(sheet.goals),
            "steps": [_step(measure, words) for measure in going_on],
            "reached": [_text(m.title, m.language) for m in sheet.measures if m.state == MeasureState.DONE],
            "commitments": _texts(sheet.of(EntryKind.COMMITMENT)),
            "people": [[who.name, who.institution, who.phone] for who in people_of(case, on=acting.today)],
            "review": words["review"].format(day=_day(sheet.plan.review_on)) if sheet.plan.review_on else "",
        }
    return _typeset(acting, "booklet", sheet, words, data, language)


def _typeset(
    acting: Acting, name: str, sheet: Sheet, words: dict[str, Any], data: dict[str, Any], language: str
) -> bytes:
    layout = (_HERE / "typst" / f"{name}.typ").read_text()
    frame = Frame(
        title=words["title"],
        issuer=acting.institution_name,
        reference=sheet.plan.dossier.number,
        version=_VERSION,
        printed_at=timezone.localtime(),
    )
    return typeset(layout, {"words": words, "plan": data}, language, frame=frame)


@cache
def _words(name: str, language: str) -> dict[str, Any]:
    words: dict[str, Any] = tomllib.loads((_HERE / "templates" / f"{name}-{_VERSION}.toml").read_text())[language]
    return words


def _state(sheet: Sheet, words: dict[str, Any]) -> str:
    plan = sheet.plan
    state: str = words["states"][plan.state]
    return state.format(day=_day(plan.binding_on))


def _particulars(acting: Acting, sheet: Sheet, words: dict[str, Any]) -> list[list[str]]:
    """Label and value of what is known, in the order of reading."""
    known = {
        "person": _name(acting, sheet.plan.dossier),
        "review_on": _day(sheet.plan.review_on),
        "printed_for": acting.institution_name,
    }
    return [[words[key], value] for key, value in known.items() if value]


def _name(acting: Acting, dossier: Dossier) -> str:
    """Return the person's name if the acting person may read it, otherwise an empty text."""
    known = particulars_of(acting, dossier.pk)
    return known.full_name if known else ""


def _texts(entries: Sequence[Entry]) -> list[dict[str, str]]:
    return [_text(entry.text, entry.language) for entry in entries]


def _text(text: str, language: str) -> dict[str, str]:
    return {"text": text, "language": language}


def _goal(sheet: Sheet, goal: Entry | None, words: dict[str, Any]) -> dict[str, Any]:
    """Return a goal with its measures; without a goal, the remaining measures."""
    return {
        "goal": _text(goal.text, goal.language) if goal else None,
        "measures": [_measure(measure, words) for measure in sheet.measures_for(goal)],
    }


def _measure(measure: Measure, words: dict[str, Any]) -> dict[str, Any]:
    payer = [measure.payer.name if measure.payer else "", measure.payer_text]
    return {
        "title": _text(measure.title, measure.language),
        "offer": measure.offer.name if measure.offer else "",
        "who": ", ".join(part for part in (measure.institution.name, _staff(measure)) if part),
        "when": _period(measure, words),
        "payer": ", ".join(part for part in payer if part) or "–",
        "state": words["measure_states"][measure.state],
        "result": measure.result,
    }


def _step(measure: Measure, words: dict[str, Any]) -> dict[str, Any]:
    phone = measure.staff.phone if measure.staff else ""
    return {
        "title": _text(measure.title, measure.language),
        "when": _period(measure, words),
        "who": ", ".join(part for part in (_staff(measure), measure.institution.name) if part),
        "phone": phone,
    }


def _staff(measure: Measure) -> str:
    return measure.staff.full_name if measure.staff else ""


def _period(measure: Measure, words: dict[str, Any]) -> str:
    """From when until when, as far as it is known."""
    if measure.from_on and measure.until_on:
        template = words["from_until"]
    elif measure.from_on:
        template = words["from"]
    else:
        template = words["until"] if measure.until_on else words["no_day"]
    period: str = template.format(first=_day(measure.from_on), last=_day(measure.until_on))
    return period


def _signing(sheet: Sheet) -> Sequence[Signature]:
    """Return the signatures that count: none of an abandoned round."""
    return (
        ()
        if sheet.plan.state in (State.DRAFT, State.DROPPED)
        else [signature for signature in sheet.signatures if signature.state != SignatureState.RELEASED]
    )


def _signature(sheet: Sheet, signature: Signature, words: dict[str, Any]) -> dict[str, str]:
    signed = signature.state == SignatureState.SIGNED
    signer = sheet.signers.get(signature.pk) or (signature.staff.full_name if signature.staff and signed else "")
    return {
        "party": signature.institution.name if signature.institution else words["the_person"],
        "signer": signer,
        "signed": words["signed"][signature.form].format(day=_day(signature.signed_on)) if signed else "",
    }


def _day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""
