from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, Stamp, granted, own_institution
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import CaseBoundQuerySet, Dossier

_OWN = f"({own_institution('addressed_id')} OR {own_institution('controlling_id')})"


class State(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class WorkItemQuerySet(CaseBoundQuerySet["WorkItem"]):
    author_columns = ("asked_by_id",)


class WorkItem(models.Model):
    """Something to be done in a case by a day.

    ``addressed`` is the institution that does it, ``controlling`` the one that follows it up, ``assigned`` the staff
    member of the addressed institution who is responsible for it. If an act and the procedure require the same thing,
    there is one item only: they share ``settled_by``.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="work_items")
    category = models.PositiveSmallIntegerField(choices=DataCategory, default=DataCategory.ADMINISTRATIVE)
    title = models.CharField(_("What is to be done"), max_length=200)
    texts = models.JSONField(null=True)  # the title by language, where a procedure gives it: then language is empty
    language = models.CharField(max_length=2)
    details = models.TextField(_("Details"), blank=True)
    due_on = models.DateField(_("Due on"))
    addressed = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("Who does it"))
    controlling = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    assigned = models.ForeignKey(
        Appointment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("In whose hands")
    )
    asked_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("Reason"), max_length=300, blank=True)  # of another than the addressed institution
    # The code of the act or fact that settles it, and the only way to do so; without one it is ticked off by hand.
    settled_by = models.CharField(max_length=40, blank=True)
    about_type = models.CharField(max_length=40, blank=True)  # what it belongs to, such as a consent
    about_id = models.BigIntegerField(null=True)
    step = models.CharField(max_length=90, blank=True)  # the item of the case's procedure: "phase/item"
    version = models.PositiveIntegerField(default=1)

    objects = WorkItemQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("title", "details", "reason")

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        indexes: ClassVar = [
            models.Index(name="workitem_addressed", fields=["addressed", "due_on"], condition=Q(state="open")),
            models.Index(name="workitem_controlling", fields=["controlling", "due_on"], condition=Q(state="open")),
            models.Index(name="workitem_assigned", fields=["assigned", "due_on"], condition=Q(state="open")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="workitem_done_at_and_state_together",
                condition=Q(state="done", done_at__isnull=False) | ~Q(state="done") & Q(done_at=None),
                violation_error_message=_("A work item is done at a time, or not done."),
            ),
            RowPolicies(
                name="workitems_workitem_row_policies",
                select=granted(Power.READ, category="{table}.category", author="asked_by_id"),
                insert=granted(Power.WRITE),
                # The addressed and the controlling institution; workitems_guard() restricts changes of the state.
                update=f"{_OWN} AND ({granted(Power.WRITE, category='{table}.category')})"
                f" OR {granted(Power.LEAD, category='{table}.category')}",
                updates=("state", "reason", "done_at", "done_by", "assigned", "due_on", "version"),
            ),
            Stamp(name="item_asked", at="asked_at", staff="asked_by"),
            Stamp(name="item_done", at="done_at", staff="done_by"),
        ]

    def __str__(self) -> str:
        return f"work item {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN
