"""Looking up procedures and where a case stands in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.models import Course, KnownFact, Passage, ProcedureVersion, VersionState
from suone.canton.procedures.rules import Phase
from suone.ground.access.acting import Acting
from suone.records.dossiers.models import Dossier


def versions_in_force(*, on: date) -> list[ProcedureVersion]:
    """The newest published version of each procedure that is valid on this day, by canton."""
    published = ProcedureVersion.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=on), state=VersionState.PUBLISHED, valid_from__lte=on
    )
    newest: dict[str, ProcedureVersion] = {}
    for version in published.order_by("canton", "identifier", "-valid_from", "-pk"):
        newest.setdefault(version.identifier, version)
    return list(newest.values())


def version_in_force(identifier: str, *, on: date) -> ProcedureVersion | None:
    """The version under which a new case of this procedure begins."""
    return next((version for version in versions_in_force(on=on) if version.identifier == identifier), None)


def proposed_procedure(*, on: date) -> ProcedureVersion | None:
    """The procedure that is proposed when a case is notified: the one of the settings, or the first that is in force."""
    return version_in_force(settings.PROPOSED_PROCEDURE, on=on) or next(iter(versions_in_force(on=on)), None)


def versions_of_level(level: str, *, on: date, canton: str = "") -> list[ProcedureVersion]:
    """The procedures in force that carry cases of this level, in one canton.

    Without one named it is the canton of the procedure that the settings propose; where they propose none, any.
    """
    proposed = version_in_force(settings.PROPOSED_PROCEDURE, on=on)
    wanted = canton or (proposed.canton if proposed else "")
    in_force = [version for version in versions_in_force(on=on) if wanted in ("", version.canton)]
    return [version for version in in_force if level in version.procedure.levels]


def all_versions() -> QuerySet[ProcedureVersion]:
    return ProcedureVersion.objects.all()


def version_by_id(version_id: int) -> ProcedureVersion:
    version = ProcedureVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise Http404
    return version


def course_of(dossier_id: int) -> Course | None:
    """Where a case stands; nothing for a case without a procedure."""
    return Course.objects.filter(pk=dossier_id).select_related("version").defer("version__text").first()


def passages_of(acting: Acting, dossier: Dossier) -> list[Passage]:
    """The phases a case went through, the first one first."""
    passages = Passage.objects.readable_by(acting).filter(dossier=dossier)
    return list(passages.select_related("staff", "version").order_by("pk"))


def facts_told(acting: Acting, dossier: Dossier) -> list[KnownFact]:
    """What was told and stated about a case, the latest word of each fact, the newest first."""
    rows = KnownFact.objects.readable_by(acting, category_column="category").filter(dossier=dossier)
    rows = rows.order_by("fact", "-pk").distinct("fact")
    return sorted(rows.select_related("staff", "institution", "remarked"), key=lambda row: row.pk, reverse=True)


@dataclass(frozen=True, slots=True)
class TakenPlaces:
    """The cases in a phase: all, those expected to take more than two years, those that entered it this year."""

    phase: Phase
    cases: int
    over_two_years: int
    entered_this_year: int


@dataclass(frozen=True, slots=True)
class Places:
    """For about how many cases a procedure has room, and who is in it; whoever has only asked takes no place yet."""

    version: ProcedureVersion
    asking: Sequence[TakenPlaces]
    taking: Sequence[TakenPlaces]

    @property
    def taken(self) -> int:
        return sum(line.cases for line in self.taking)

    @property
    def over_two_years(self) -> int:
        return sum(line.over_two_years for line in self.taking)

    @property
    def free(self) -> int:
        """Below nothing where there are more cases than places."""
        return self.version.procedure.capacity - self.taken


def places_on(day: date) -> list[Places]:
    """The procedures in force that count their places, whatever version a case began under."""
    return [_places(version, day) for version in versions_in_force(on=day) if version.procedure.capacity]


def _places(version: ProcedureVersion, day: date) -> Places:
    counted = _counted(version.identifier, day.replace(month=1, day=1))
    phases = [phase for phase in version.procedure.phases if not phase.is_end]
    lines = [TakenPlaces(phase, *counted.get(phase.id, (0, 0, 0))) for phase in phases]
    asking = [line for line in lines if line.phase.state in ("notified", "in_triage")]
    return Places(version, asking, [line for line in lines if line not in asking])


def _counted(identifier: str, since: date) -> dict[str, tuple[int, int, int]]:
    """By phase, counted by the database whoever may open the cases."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM procedures_counted(%s, %s, %s)", [identifier, since, Fact.EXPECTED_OVER_TWO_YEARS.value]
        )
        return {phase: (cases, over, entered) for phase, cases, over, entered in cursor.fetchall()}
