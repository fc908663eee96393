"""Agenda and minutes of a meeting."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.casework.meetings.models.meetings import INVITED, NO_CASE, OWN, SEEN, Meeting, invitations_of
from suone.casework.meetings.rules import (
    EntryKind,
)
from suone.casework.plans.models import Plan
from suone.casework.support.models import Service
from suone.ground.access.acting import Acting
from suone.ground.access.acting import Kind as ActingKind
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, Stamp, granted
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import Dossier, RecordedQuerySet
from suone.records.workitems.models import WorkItem


class AgendaQuerySet(RecordedQuerySet["AgendaPoint"]):
    def readable_by(self, acting: Acting, *, category_column: str = "category") -> Self:
        """Limit to points about readable cases in readable categories, and for those invited points without a case."""
        granted_ones = super().readable_by(acting, category_column=category_column)
        if acting.kind is not ActingKind.STAFF:
            return granted_ones
        return granted_ones | self.filter(invitations_of(acting, "meeting_id"), dossier=None)


class AgendaPoint(models.Model):
    """A point of the agenda; in a fixed session a case, which is visible only to those with a grant for it."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="points")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("Title"), max_length=200, blank=True)
    language = models.CharField(max_length=2)
    category = models.PositiveSmallIntegerField(
        _("Data category"), choices=DataCategory, default=DataCategory.ADMINISTRATIVE
    )
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")

    objects = AgendaQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("title",)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        verbose_name = _("point of the agenda")
        verbose_name_plural = _("points of the agenda")
        constraints: ClassVar = [
            RowPolicies(
                name="meetings_agendapoint_row_policies",
                select=f"{granted(Power.READ, category='{table}.category', author='staff_id')} OR ({NO_CASE} AND {INVITED})",
                insert=f"({granted(Power.WRITE)} OR ({NO_CASE} AND {INVITED})) AND {OWN} AND {SEEN}",
                delete=granted(Power.WRITE) + f" OR ({NO_CASE} AND {INVITED})",
            ),
            Stamp(name="agenda_point_added", staff="staff", institution="institution"),
        ]

    def __str__(self) -> str:
        return f"point {self.pk}"


class EntryQuerySet(RecordedQuerySet["Entry"]):
    def readable_by(self, acting: Acting, *, category_column: str = "category") -> Self:
        """Limit to readable categories; unfinished minutes are visible only to the institution that writes them."""
        readable = super().readable_by(acting, category_column=category_column)
        if acting.kind is not ActingKind.STAFF:
            return readable
        readable = readable | self.filter(invitations_of(acting, "meeting_id"), dossier=None)
        return readable.filter(
            Q(kind=EntryKind.CONTRIBUTION)
            | Q(institution_id=acting.institution_id)
            | Q(meeting__minutes_finished_at__isnull=False)
        )


_FINISHED = (
    "EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.id = {table}.meeting_id"
    " AND m.minutes_finished_at IS NOT NULL OFFSET 0)"
)


_OUT_OF_DRAFT = f"((SELECT actor_kind()) = 'job' OR {{table}}.kind = 'contribution' OR {OWN} OR {_FINISHED})"


class Entry(models.Model):
    """A contribution in advance or an entry of the minutes, in a data category."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="entries")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+")
    point = models.ForeignKey(AgendaPoint, models.PROTECT, null=True, related_name="entries")
    kind = models.CharField(_("Kind"), max_length=14, choices=EntryKind)
    category = models.PositiveSmallIntegerField(_("Data category"), choices=DataCategory)
    text = models.TextField(_("Text"))
    language = models.CharField(max_length=2)
    responsible = models.ForeignKey(
        Institution, models.PROTECT, null=True, related_name="+", verbose_name=_("Who does it")
    )
    due_on = models.DateField(_("Until"), null=True)
    # Its follow-up.
    work_item = models.ForeignKey(WorkItem, models.PROTECT, null=True, related_name="+")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = EntryQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("text",)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes: ClassVar = [models.Index(name="entry_of_meeting", fields=["meeting", "id"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="entry_with_responsible_and_day",
                condition=Q(responsible=None, due_on=None) | Q(responsible__isnull=False, due_on__isnull=False),
                violation_error_message=_("Name both: who is responsible, and until when."),
            ),
            RowPolicies(
                name="meetings_entry_row_policies",
                select=f"({granted(Power.READ, category='{table}.category', author='staff_id')} OR ({NO_CASE} AND {INVITED}))"
                f" AND {_OUT_OF_DRAFT}",
                insert=f"({granted(Power.WRITE)} OR ({NO_CASE} AND {INVITED})) AND {OWN} AND {SEEN}",
                update=f"({granted(Power.WRITE)} OR ({NO_CASE} AND {INVITED})) AND {OWN}",
                updates=("text", "version", "changed_at", "work_item", "plan", "service"),
                delete=f"{OWN} AND NOT {_FINISHED}",
            ),
            Stamp(name="entry_written", at="at", staff="staff", institution="institution"),
            # A trigger lets the author alone change the text, until the minutes are finished (sql/meetings.sql).
            Stamp(name="entry_changed", at="changed_at", watches=("text",)),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"
