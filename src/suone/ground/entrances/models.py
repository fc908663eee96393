from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Cast, Now

from suone.ground.access.acting import Kind
from suone.ground.access.categories import Power
from suone.ground.access.row_policies import RowPolicies, Stamp, TableRights, granted, job, own_staff

_OWN = own_staff()
_OF_SYSTEM = "((SELECT actor_kind()) = 'system' AND {table}.institution_id = (SELECT actor_institution()))"


class Submission(models.Model):
    """A form that was sent: sending it again gives the same response and changes nothing."""

    key = models.UUIDField()
    staff_id = models.BigIntegerField()
    path = models.CharField(max_length=200)
    location = models.CharField(max_length=300, blank=True)  # where the first response redirected to
    digest = models.CharField(max_length=64)  # SHA-256 over what was sent
    at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff_id", "key", "path"], name="submission_once"),
            RowPolicies(
                name="entrances_submission_row_policies",
                select=f"{job()} OR {_OWN}",
                insert=_OWN,
                update=_OWN,
                updates=("location", "digest"),
                delete=job(),
            ),
            Stamp(name="submission_sent", at="at", staff="staff_id"),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"


# The case of a form, as its address says (tests/test_drafts_of_a_case.py).
_CASE_OF_ADDRESS = Cast(
    Func(F("form"), Value(r"^/dossiers/([0-9]{1,18})/"), function="substring", output_field=models.TextField()),
    models.BigIntegerField(),
)
# Of a case that is open to its author, or of none.
_OWN_AND_OPEN = f"{_OWN} AND ({{table}}.dossier_id IS NULL OR {granted(Power.READ)})"


class Draft(models.Model):
    """What somebody has typed into a form and not sent yet; visible only to its author, while its case is open to them."""

    staff_id = models.BigIntegerField()
    form = models.CharField(max_length=200)  # the address it is sent to
    dossier_id = models.GeneratedField(
        expression=_CASE_OF_ADDRESS, output_field=models.BigIntegerField(null=True), db_persist=True
    )
    fields = models.JSONField(default=dict)  # the names of the fields that were changed, each with its values
    key = models.UUIDField(null=True)  # of the form: once that is sent, what arrives late is no draft
    version = models.CharField(max_length=20, blank=True)  # of what stood there when the page was opened
    at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ("fields",)

    class Meta:
        indexes: ClassVar = [
            models.Index(name="draft_of_a_case", fields=["dossier_id"], condition=models.Q(dossier_id__isnull=False))
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff_id", "form"], name="draft_once"),
            RowPolicies(
                name="entrances_draft_row_policies",
                select=f"{job()} OR {_OWN_AND_OPEN}",
                insert=_OWN_AND_OPEN,
                update=_OWN,  # and open: whoever changes or deletes a row may also read it
                updates=("fields", "key", "version", "at"),
                delete=f"{job()} OR {_OWN}",
            ),
            Stamp(name="draft_typed", at="at", staff="staff_id", watches=("fields",)),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class SystemAnswer(models.Model):
    """A response to a partner's system: repeating the request with the same key gives it again and changes nothing.

    Stored only for acts whose responses consist of numbers and states; never anything about a person.
    """

    institution_id = models.BigIntegerField()
    key = models.CharField(max_length=64)
    request = models.CharField(max_length=64)  # SHA-256 over method, path and body
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution_id", "key"], name="system_answer_once"),
            RowPolicies(
                name="entrances_systemanswer_row_policies",
                select=f"{job()} OR {_OF_SYSTEM}",
                insert=_OF_SYSTEM,
                update=_OF_SYSTEM,
                updates=("status", "body"),
                delete=job(),
                kinds=(Kind.SYSTEM, Kind.JOB),
            ),
            Stamp(name="system_answered", at="at", institution="institution_id"),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"


class Shared(models.Model):
    """A value that all web processes share for a while, such as a count of wrong attempts; keys are hashed."""

    key = models.CharField(max_length=64, primary_key=True)
    value = models.TextField()  # JSON
    expires_at = models.DateTimeField(db_index=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            # Nobody acts yet where a log-in is counted.
            TableRights(
                name="entrances_shared_rights",
                allows=("select", "insert", "delete"),
                updates=("value", "expires_at"),
            ),
        ]

    def __str__(self) -> str:
        return f"shared {self.pk}"
