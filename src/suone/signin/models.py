from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from suone.access.row_policies import RowPolicies, anybody_acting

_JOB = "(SELECT actor_kind()) = 'job'"


class Letter(models.Model):
    """A mail that waits for a few seconds: to whoever has a log-in with this address, if anybody has.

    It is kept for a known and an unknown address alike, and a job looks who it is, so that nothing about the answer
    tells whether there is an account. The job deletes it.
    """

    class Kind(models.TextChoices):
        PAUSED = "paused"
        RESET = "reset"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    address = models.CharField(max_length=320)
    at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ("address",)

    class Meta:
        constraints: ClassVar = [
            RowPolicies(name="signin_letter_row_policies", select=_JOB, insert=anybody_acting(), delete=_JOB),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"
