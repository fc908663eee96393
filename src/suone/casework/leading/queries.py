"""The position of a case in its procedure, its history, recorded facts and levels."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.db import connection
from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from suone.canton.procedures.conditions import FactsOfRound
from suone.canton.procedures.facts import Fact, Scalar
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.queries import proposed_procedure, versions_of_level
from suone.casework.cases.models import Case
from suone.casework.cases.rules import Level
from suone.casework.leading import rules
from suone.casework.leading.models import Course, KnownFact, LevelChange, Passage, Triage, scalar_of
from suone.ground.access.acting import Acting
from suone.ground.access.categories import Power
from suone.ground.web.jinja import localized
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.organisation.institutions.queries import iiz_office
from suone.records.documents.models import Document, DocumentKind
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import institutions_with_access, receiver_of
from suone.records.workitems.models import WorkItem
from suone.records.workitems.queries import awaiting

# A day that is recorded late does not replace a later one.
_WHAT_APPLIES_FIRST = (F("day").desc(nulls_last=True), "-pk")


def course_of(dossier_id: int) -> Course | None:
    """Return the position of a case in its procedure, ``None`` for a case without one."""
    return Course.objects.filter(pk=dossier_id).select_related("version").defer("version__text").first()


def triages(acting: Acting, dossier: Dossier) -> bool:
    """Return whether the acting person triages this case at the institution that receives it."""
    has_roles = rules.triages(acting.roles, at_office=dossier.receiver_id is None)
    return has_roles and receiver_of(dossier).pk == acting.institution_id


def possible_receivers(version: ProcedureVersion | None) -> list[Institution]:
    """List the institutions that may receive notifications under a procedure: of the kind it names, or the IIZ office."""
    if version is None or not version.receives:
        return [iiz_office()]
    return list(Institution.objects.filter(kind=version.receives).order_by("code"))


def office_reads(dossier: Dossier) -> bool:
    """Return whether the case is open to the IIZ office, by a consent that names it."""
    return iiz_office().pk in institutions_with_access(dossier, power=Power.LEAD)


def notified_on_by(dossier: Dossier) -> Appointment | None:
    """Return who notified the case on to the IIZ office, at the institution that had received it; ``None`` if nobody did."""
    if dossier.receiver_id is not None:
        return None
    passages = Passage.objects.filter(dossier=dossier).select_related("version", "staff").defer("version__text")
    for before, passage in pairwise(passages.order_by("pk")):
        if before.version.receives and not passage.version.receives:
            return passage.staff
    return None


def procedure_of_office(case: Case, *, on: date) -> ProcedureVersion | None:
    """Return the procedure under which the IIZ office receives complex cases here: the proposed one, or else the first."""
    course = course_of(case.pk)
    versions = versions_of_level(Level.COMPLEX, on=on, canton=course.procedure.canton if course else "")
    received = [version for version in versions if not version.receives and _holds_in(version, case)]
    proposed = proposed_procedure(on=on)
    return next((version for version in received if version == proposed), received[0] if received else None)


def _holds_in(version: ProcedureVersion, case: Case) -> bool:
    return not version.procedure.regions or case.region.code in version.procedure.regions


def passages_of(acting: Acting, dossier: Dossier) -> list[Passage]:
    """List the moves of a case through its phases, oldest first."""
    passages = Passage.objects.readable_by(acting).filter(dossier=dossier)
    return list(passages.select_related("staff", "version").order_by("pk"))


def recorded_facts(acting: Acting, dossier: Dossier) -> list[KnownFact]:
    """List what applies of each recorded fact that the acting person may read, newest first."""
    rows = _applying(KnownFact.objects.readable_by(acting, category_column="category").filter(dossier=dossier))
    rows = rows.order_by("fact", *_WHAT_APPLIES_FIRST).distinct("fact")
    return sorted(rows.select_related("staff", "institution", "remarked"), key=lambda row: row.pk, reverse=True)


def readable_fact(acting: Acting, dossier_id: int, fact_id: int) -> KnownFact:
    """Return a recorded fact, corrected or not; raises ``Http404`` unless the acting person may read it."""
    rows = KnownFact.objects.readable_by(acting, category_column="category").select_related("dossier", "institution")
    return get_object_or_404(rows, pk=fact_id, dossier_id=dossier_id)


def applying_fact(dossier_id: int, fact: str) -> KnownFact | None:
    """Return what applies of a fact, ``None`` if nothing is known, or nothing that is readable in this transaction."""
    rows = _applying(KnownFact.objects.filter(dossier_id=dossier_id, fact=fact))
    return rows.select_related("institution", "staff").order_by(*_WHAT_APPLIES_FIRST).first()


def corrections_of(acting: Acting, dossier: Dossier) -> list[KnownFact]:
    """List the corrections of recorded facts that the acting person may read, with what each replaced, newest first."""
    rows = KnownFact.objects.readable_by(acting, category_column="category").filter(dossier=dossier)
    rows = rows.filter(replaces__isnull=False).select_related("replaces", "staff", "institution", "remarked")
    return list(rows.order_by("-pk"))


def _applying(rows: QuerySet[KnownFact]) -> QuerySet[KnownFact]:
    """Without what was corrected, and without what only takes something back: what was known before applies again."""
    return rows.filter(replaced_by=None, value__isnull=False)


def known_facts(dossier_id: int) -> dict[str, Scalar]:
    """Return the latest value of each recorded fact that is readable in this transaction, by code."""
    return {fact: value for (_case, fact), value in known_facts_of([dossier_id]).items()}


def facts_kept_as_documents(dossier_id: int) -> dict[str, Scalar]:
    """Return the facts that hold because a document of the case is kept, as far as it is readable, by code."""
    kept = Document.objects.filter(dossier_id=dossier_id, kind=DocumentKind.PLACEMENT_REQUEST, removed_at=None)
    return {Fact.WRITTEN_REQUEST.value: True} if kept.exists() else {}


def known_facts_of(dossier_ids: Iterable[int]) -> dict[tuple[int, str], Scalar]:
    """Return the same for many cases, by case id and fact code."""
    rows = _applying(KnownFact.objects.filter(dossier_id__in=list(dossier_ids)))
    rows = rows.order_by("dossier_id", "fact", *_WHAT_APPLIES_FIRST)
    found: dict[tuple[int, str], Scalar] = {}
    for dossier_id, fact, kept in rows.distinct("dossier_id", "fact").values_list("dossier_id", "fact", "value"):
        value = scalar_of(fact, kept)
        if value is not None:
            found[dossier_id, fact] = value
    return found


def every_fact(dossier_id: int) -> FactsOfRound:
    """Return what applies of every recorded fact, whatever its data category, by code, and which are of an earlier round.

    For the procedure engine only, so that a case proceeds the same way whoever acts; pages never show these.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT fact, value, is_earlier FROM leading_every_fact(%s)", [dossier_id])
        rows = cursor.fetchall()
    found = {fact: scalar_of(fact, json.loads(kept)) for fact, kept, _is_earlier in rows if kept is not None}
    known = {fact: value for fact, value in found.items() if value is not None}
    return FactsOfRound(known, [fact for fact, _kept, is_earlier in rows if is_earlier and fact in known])


def items_of_others(acting: Acting, dossier: Dossier, fact: str) -> list[WorkItem]:
    """List the open work items of other institutions that wait for this fact; untitled ones the acting person may not read."""
    return [item for item in awaiting(dossier, fact) if item.addressed_id != acting.institution_id]


def left_open_in_words(acting: Acting, dossier: Dossier, fact: str) -> str:
    """Say which work items stay open although this fact was stated, and whose they are; empty if none does.

    Of those that the acting person may not read it says only that there are some.
    """
    waiting = items_of_others(acting, dossier, fact)
    sentences = [
        _("The work item “%(title)s” stays open: %(institution)s completes it.")
        % {"title": localized(item.title, item.language, item.texts), "institution": item.addressed.short_name}
        for item in waiting
        if item.title
    ]
    if any(not item.title for item in waiting):
        sentences.append(_("A work item of another institution stays open: only they complete it."))
    return " ".join(sentences)


def visited_phases(dossier_id: int) -> list[tuple[str, str]]:
    """List the phases the case has been in as (procedure identifier, phase id), latest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT procedure, phase FROM leading_been_in(%s)", [dossier_id])
        return list(cursor.fetchall())


def has_been_in(dossier_id: int, procedure: str, phase: str, *, in_round: int) -> bool:
    """Return whether the case has entered this phase in this round."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM leading_been_in(%s) WHERE procedure = %s AND phase = %s AND round = %s)",
            [dossier_id, procedure, phase, in_round],
        )
        return bool(cursor.fetchone()[0])


def move_deadlines_after_rest(dossier_id: int, days_off: Sequence[date]) -> int:
    """Move the deadlines of open work items on by as long as the case rests, to a working day; returns how many.

    For those who lead the case, while it is suspended; items set meanwhile move by the days since.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT leading_move_deadlines(%s, %s::date[])", [dossier_id, list(days_off)])
        return int(cursor.fetchone()[0])


def triages_of(acting: Acting, dossier: Dossier) -> list[Triage]:
    """List the triages of a case that the acting person may read, newest first."""
    return list(Triage.objects.readable_by(acting).filter(dossier=dossier).select_related("decided_by").order_by("-pk"))


@dataclass(frozen=True, slots=True)
class LevelOption:
    """A level a case can change to, and the procedure it would then follow, if a different one."""

    level: Level
    procedure: ProcedureVersion | None

    @property
    def code(self) -> str:
        """The value of the form: the level, and the id of the procedure if it changes."""
        return f"{self.level.value}:{self.procedure.pk if self.procedure else ''}"

    @property
    def title(self) -> str:
        """The level and the procedure in the reader's language."""
        if self.procedure is None:
            return _("%(level)s, under the present procedure") % {"level": self.level.label}
        return f"{self.level.label}: {self.procedure.title}"


def level_options(case: Case, *, on: date) -> list[LevelOption]:
    """List the other levels, under the current procedure if it supports them and under every other one that does."""
    course = course_of(case.pk)
    ways = []
    for level in Level:
        if level == case.level:
            continue
        versions = versions_of_level(level, on=on, canton=course.procedure.canton if course else "")
        receives = case.dossier.receiver.kind if case.dossier.receiver else ""
        versions = [version for version in versions if version.receives == receives]
        if course is None or level in course.procedure.levels:
            ways.append(LevelOption(level, None))
        current = course.procedure.identifier if course else ""
        ways += [LevelOption(level, version) for version in versions if version.identifier != current]
    return ways


def level_changes_of(acting: Acting, dossier: Dossier) -> list[LevelChange]:
    """List the changes of level that the acting person may read, latest first."""
    changes = LevelChange.objects.readable_by(acting).filter(dossier=dossier)
    return list(changes.select_related("staff", "institution").order_by("-pk"))
