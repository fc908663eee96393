from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.access.row_policies import RowPolicies, whoever_may


class RecordKind(models.TextChoices):
    """What happened to data, in the words of DSV Art. 4."""

    STORE = "store", _("stored")
    CHANGE = "change", _("changed")
    READ = "read", _("read")
    DISCLOSE = "disclose", _("disclosed")
    EXPORT = "export", _("exported")
    PRINT = "print", _("printed")
    DELETE = "delete", _("deleted")
    LOG_IN = "log-in", _("logged in or out")
    DENIED = "denied", _("denied")


class Batch(models.Model):
    """A sealed run of entries: the Merkle root over them, chained to the batch before."""

    sealed_at = models.DateTimeField(db_default=Now())
    count = models.PositiveIntegerField()
    root = models.BinaryField()
    chain = models.BinaryField()  # SHA-256 over the chain value before and everything this row says
    leaves = models.BinaryField(default=b"")  # number and hash of each entry: names the one that was changed

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            RowPolicies(name="audit_batch_row_policies", select=whoever_may("audit.read")),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class Entry(models.Model):
    """One act or one reading, as it was told in the transaction that did it.

    No foreign keys: the log outlives what it speaks of. It names things by number and never repeats their content.
    """

    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=10, choices=RecordKind)
    act = models.CharField(max_length=60)  # a stable code such as consent.signed
    acting_kind = models.CharField(max_length=10)
    user_id = models.BigIntegerField(null=True)
    staff_id = models.BigIntegerField(null=True)
    institution_id = models.BigIntegerField(null=True)
    roles = ArrayField(models.CharField(max_length=40), default=list)
    dossier_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True)
    recipients = ArrayField(models.BigIntegerField(), default=list)  # institutions
    # Exactly the cases and persons that a page showed, where it showed several: lists, searches, reports.
    dossiers_shown = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    persons_shown = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    legal_basis = models.CharField(max_length=40, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)  # codes and numbers only
    batch_id = models.BigIntegerField(null=True)

    personal_data: ClassVar[tuple[str, ...]] = ("person_id", "persons_shown", "staff_id", "user_id")

    class Meta:
        verbose_name_plural = "entries"
        indexes: ClassVar = [
            models.Index(fields=["dossier_id", "at"], name="audit_entry_dossier"),
            models.Index(fields=["person_id", "at"], name="audit_entry_person"),
            models.Index(fields=["id"], name="audit_entry_unsealed", condition=models.Q(batch_id=None)),
            models.Index(fields=["batch_id", "id"], name="audit_entry_batch"),
            models.Index(fields=["act", "-id"], name="audit_entry_act"),
            models.Index(fields=["staff_id", "-id"], name="audit_entry_staff"),
            # Most entries show nobody else: they stay out, so that asking needs the condition too (<> '{}').
            GinIndex(fields=["dossiers_shown"], name="audit_entry_dossiers", condition=~models.Q(dossiers_shown=[])),
            GinIndex(fields=["persons_shown"], name="audit_entry_persons", condition=~models.Q(persons_shown=[])),
        ]
        constraints: ClassVar = [
            RowPolicies(name="audit_entry_row_policies", select=whoever_may("audit.read"), insert="batch_id IS NULL"),
        ]

    def __str__(self) -> str:
        return f"{self.act} at {self.at:%Y-%m-%d %H:%M}"
