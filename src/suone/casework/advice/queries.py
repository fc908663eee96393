"""First advice given by the acting institution: list, single records and figures."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import ExtractMonth
from django.http import Http404

from suone.casework.advice.models import Advice
from suone.casework.advice.rules import Asker
from suone.ground.access.acting import Acting

PAGE = 50


def own_advice(acting: Acting) -> QuerySet[Advice]:
    """Return the advice recorded by the acting institution."""
    return Advice.objects.filter(institution_id=acting.own_institution_id).select_related("staff", "region")


def advice_list(
    acting: Acting, *, asker: str = "", topic: str = "", year: int | None = None, before_id: int | None = None
) -> list[Advice]:
    """List advice, latest first, up to ``PAGE + 1``: the last one only shows that there is a next page."""
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
    """Return one advice of the acting institution; raises ``Http404`` for any other."""
    advice = own_advice(acting).filter(pk=advice_id).first()
    if advice is None:
        raise Http404
    return advice


@dataclass(frozen=True, slots=True)
class Line:
    """How often one kind of asker was advised per month, and the total minutes."""

    label: str
    months: list[int]
    minutes: int

    @property
    def total(self) -> int:
        """How often this kind of asker was advised in the year."""
        return sum(self.months)


def figures(acting: Acting, *, year: int) -> list[Line]:
    """Count the advice of a calendar year by kind of asker and month."""
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
    """Return the sum of some lines."""
    months = [sum(line.months[month] for line in lines) for month in range(12)]
    return Line(label, months, sum(line.minutes for line in lines))
