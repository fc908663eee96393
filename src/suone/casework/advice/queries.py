"""The first advice one's institution gave: as a list, one by one, and as figures."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import ExtractMonth
from django.http import Http404

from suone.casework.advice.models import Advice
from suone.casework.advice.rules import Asker
from suone.ground.access.acting import Acting

PAGE = 50


def own_advice(acting: Acting) -> QuerySet[Advice]:
    """What the acting institution recorded."""
    return Advice.objects.filter(institution_id=acting.own_institution_id).select_related("staff", "region")


def advice_list(
    acting: Acting, *, asker: str = "", topic: str = "", year: int | None = None, before_id: int | None = None
) -> list[Advice]:
    """The latest first, one more than a page to tell whether more follow."""
    rows = own_advice(acting)
    if asker:
        rows = rows.filter(asker=asker)
    if topic:
        rows = rows.filter(topic=topic)
    if year:
        rows = rows.filter(on__year=year)
    if before_id:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-pk")[: PAGE + 1])


def advice_by_id(acting: Acting, advice_id: int) -> Advice:
    advice = own_advice(acting).filter(pk=advice_id).first()
    if advice is None:
        raise Http404
    return advice


@dataclass(frozen=True, slots=True)
class Line:
    """How often one kind of asker was advised, month by month, and the minutes it took."""

    label: str
    months: list[int]
    minutes: int

    @property
    def total(self) -> int:
        return sum(self.months)


def figures(acting: Acting, *, year: int) -> list[Line]:
    """By kind of asker and month, with a line for all."""
    rows = Advice.objects.filter(institution_id=acting.own_institution_id, on__year=year)
    counted = (
        rows.annotate(month=ExtractMonth("on")).values_list("asker", "month").annotate(Count("pk"), Sum("minutes"))
    )
    times: dict[tuple[str, int], int] = {}
    minutes: dict[str, int] = {}
    for asker, month, count, took in counted:
        times[asker, month] = count
        minutes[asker] = minutes.get(asker, 0) + took
    return [
        Line(
            str(asker.label),
            [times.get((asker.value, month), 0) for month in range(1, 13)],
            minutes.get(asker.value, 0),
        )
        for asker in Asker
    ]


def all_of(lines: list[Line], label: str) -> Line:
    """The sum of some lines."""
    months = [sum(line.months[month] for line in lines) for month in range(12)]
    return Line(label, months, sum(line.minutes for line in lines))
