"""A procedure in the reader's language, for its page."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from suone.canton.procedures.drawing import draw, text_alternative
from suone.canton.procedures.facts import Fact
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.rules import EACH, Convening, Due, Item, Phase, Procedure, Requirement
from suone.canton.procedures.services import in_language, origin_in_words
from suone.ground.access.permissions import Role
from suone.organisation.institutions.kinds import InstitutionKind


def page_of(version: ProcedureVersion) -> dict[str, Any]:
    """What the page of a procedure shows."""
    procedure = version.procedure
    return {
        "version": version,
        "about": in_language(procedure.about),
        "source": procedure.source,
        "receiver": _receiver(procedure),
        "convening": [_convening(convening) for convening in procedure.convening],
        "phases": [_phase(procedure, phase) for phase in procedure.phases],
        "drawing": drawing(procedure),
    }


def drawing(procedure: Procedure, *, alone: bool = False) -> str:
    """The procedure's picture in the reader's language, for a page or ``alone``, as a file."""
    summary = text_alternative(procedure, say=in_language, leads_to=_("leads to"), here_is="")
    return draw(procedure, say=in_language, title=in_language(procedure.title), summary=summary, alone=alone)


def _phase(procedure: Procedure, phase: Phase) -> dict[str, Any]:
    return {
        "title": in_language(phase.title),
        "state": state_words()[phase.state],
        "about": in_language(phase.about),
        "requirements": [_requirement(requirement) for requirement in phase.requirements],
        "origin": origin_in_words(phase.origin),
        "work_items": [item_in_words(item) for item in phase.items],
        "moves": [
            {
                "title": in_language(move.title),
                "to": in_language(procedure.phase(move.to).title),
                "automatic": move.automatic,
                "roles": [str(Role(role).label) for role in move.roles],
                "origin": origin_in_words(move.origin),
            }
            for move in phase.moves
        ],
    }


def _receiver(procedure: Procedure) -> dict[str, str]:
    if procedure.receiver is None:
        return {"who": _("IIZ office"), "origin": ""}
    kind = InstitutionKind(procedure.receiver.kind)
    return {"who": str(kind.label), "origin": origin_in_words(procedure.receiver.origin)}


def _convening(convening: Convening) -> dict[str, Any]:
    return {
        "meeting": meeting_words()[convening.meeting],
        "who": ", ".join(convening.names),
        "origin": origin_in_words(convening.origin),
    }


def _requirement(requirement: Requirement) -> dict[str, Any]:
    return {
        "fact": " / ".join(str(Fact(fact).label) for fact in (requirement.fact, *requirement.any_of)),
        "is_hint": requirement.severity == "should",
        "origin": origin_in_words(requirement.origin, requirement.law),
        "missing": in_language(requirement.missing),
    }


def item_in_words(item: Item) -> dict[str, Any]:
    """A work item of a phase: what, who, until when, and where the duty and its deadline come from."""
    origin, due_origin = origin_in_words(item.origin), origin_in_words(item.due.origin)
    return {
        "title": in_language(item.title),
        "origin": origin,
        "due_origin": due_origin if due_origin != origin else "",
        "who": address_words()[item.addressed],
        "due": _due(item.due),
        "repeats": _again(item.repeats) if item.repeats else "",
    }


def _again(months: int) -> str:
    return ngettext("again every month", "again every %(count)s months", months) % {"count": months}


def _due(due: Due) -> str:
    parts = []
    if due.months:
        parts.append(ngettext("%(count)s month", "%(count)s months", due.months) % {"count": due.months})
    if due.days:
        parts.append(ngettext("%(count)s day", "%(count)s days", due.days) % {"count": due.days})
    if due.working_days:
        parts.append(
            ngettext("%(count)s working day", "%(count)s working days", due.working_days) % {"count": due.working_days}
        )
    return _("within %(time)s") % {"time": " + ".join(parts)}


def address_words() -> dict[str, str]:
    """Who a work item goes to."""
    return {
        "office": _("IIZ office"),
        "receiver": _("receiving institution"),
        "notifier": _("notifying institution"),
        "lead": _("lead"),
        "case_manager": _("case manager"),
        EACH: _("each institution that takes part"),
        **{kind.value: str(kind.label) for kind in InstitutionKind},
    }


def meeting_words() -> dict[str, str]:
    """The kinds of meeting that a procedure may name."""
    return {
        "round_table": _("Round table"),
        "assessment": _("Assessment"),
        "joint_interview": _("Joint interview"),
        "review": _("Review meeting"),
        "network": _("Network meeting"),
        "intervision": _("Intervision"),
        "fixed_session": _("Fixed session"),
        "regional": _("Regional meeting"),
    }


def state_words() -> dict[str, str]:
    """The labels of the case states that phases have."""
    return {
        "notified": _("notified"),
        "in_triage": _("in triage"),
        "active": _("active"),
        "in_aftercare": _("in aftercare"),
        "closed": _("closed"),
        "rejected": _("rejected"),
        "withdrawn": _("withdrawn"),
    }
