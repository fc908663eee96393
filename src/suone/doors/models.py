from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from suone.access.row_policies import RowPolicies

_OWN = "staff_id = (SELECT actor_staff())"


class Submission(models.Model):
    """A form that was sent once: the same form sent again gets the same answer and does nothing."""

    key = models.UUIDField()
    staff_id = models.BigIntegerField()
    path = models.CharField(max_length=200)
    location = models.CharField(max_length=300, blank=True)  # where the first answer led
    at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff_id", "key", "path"], name="submission_once"),
            RowPolicies(
                name="doors_submission_row_policies",
                select=_OWN,
                insert=_OWN,
                update=_OWN,
                delete="(SELECT actor_kind()) = 'job'",
            ),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"
