from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suone.ground.access.actor import (
    ActorInstitution,
    ActorKind,
    ActorRoles,
    ActorStaff,
    ActorSystem,
    ActorUser,
    ClockTime,
    RandomSalt,
)
from suone.ground.access.row_policies import EVERY_KIND, RowPolicies, any_actor, permitted


class RecordKind(models.TextChoices):
    """What happened to data, in the words of DSV Art. 4."""

    STORE = "store", _("stored")
    CHANGE = "change", _("changed")
    READ = "read", pgettext_lazy("what was done", "read")
    DISCLOSE = "disclose", _("disclosed")
    EXPORT = "export", _("exported")
    PRINT = "print", _("printed")
    DELETE = "delete", _("deleted")
    LOG_IN = "log-in", _("logged in or out")
    DENIED = "denied", _("denied")


class Seal(models.Model):
    """The log at a moment: how many entries, and the root of the tree over all of them."""

    sealed_at = models.DateTimeField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    # The id of the sealing transaction: what a later one writes cannot be older than this seal.
    horizon = models.BigIntegerField()
    misfits = ArrayField(
        models.BigIntegerField()
    )  # entries whose time contradicts the order in which they were written

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["size"], name="audit_seal_grows"),
            RowPolicies(name="audit_seal_row_policies", select=permitted("audit.read")),
        ]

    def __str__(self) -> str:
        return f"seal {self.pk}"


class Tile(models.Model):
    """Up to 256 neighbouring hashes of the tree; only the last tile of a level still grows.

    A tile of level n contains the roots over full tiles of level n - 1; those of level 0 the hashes of entries. So a proof
    reads one or two tiles per level, and hashes take 32 bytes per entry. (After C2SP's tlog-tiles.)
    """

    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["level", "number"], name="audit_tile_place"),
            RowPolicies(name="audit_tile_row_policies", select=permitted("audit.read")),
        ]

    def __str__(self) -> str:
        return f"tile {self.number} of level {self.level}"


class Entry(models.Model):
    """One act or one reading, written in the transaction that did it.

    No foreign keys: the log outlives what it refers to. It names objects by id and never repeats their content.
    Who, when and for which institution are written by the database: the app's role may not set those columns.
    """

    at = models.DateTimeField(db_default=ClockTime())
    kind = models.CharField(max_length=10, choices=RecordKind)
    act = models.CharField(max_length=60)  # a stable code such as consent.signed
    acting_kind = models.CharField(max_length=10, db_default=ActorKind())
    user_id = models.BigIntegerField(null=True, db_default=ActorUser())
    staff_id = models.BigIntegerField(null=True, db_default=ActorStaff())
    institution_id = models.BigIntegerField(null=True, db_default=ActorInstitution())
    system_id = models.BigIntegerField(null=True, db_default=ActorSystem())
    roles = ArrayField(models.CharField(max_length=40), db_default=ActorRoles())
    on_behalf_of = models.BigIntegerField(null=True)  # the staff member who is away, where a deputy acts
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
    salt = models.BinaryField(
        db_default=RandomSalt()
    )  # destroyed with the entry, whose content then cannot be guessed from its hash
    position = models.BigIntegerField(null=True)  # index of its leaf in the tree; NULL until it is sealed

    personal_data: ClassVar[tuple[str, ...]] = ("on_behalf_of", "person_id", "persons_shown", "staff_id", "user_id")

    class Meta:
        verbose_name_plural = "entries"
        indexes: ClassVar = [
            models.Index(fields=["dossier_id", "at"], name="audit_entry_dossier"),
            models.Index(fields=["person_id", "at"], name="audit_entry_person"),
            models.Index(fields=["id"], name="audit_entry_unsealed", condition=models.Q(position=None)),
            models.Index(fields=["act", "-id"], name="audit_entry_act"),
            models.Index(fields=["staff_id", "-id"], name="audit_entry_staff"),
            # Partial, since most entries show nobody else; queries must repeat the condition (<> '{}').
            GinIndex(fields=["dossiers_shown"], name="audit_entry_dossiers", condition=~models.Q(dossiers_shown=[])),
            GinIndex(fields=["persons_shown"], name="audit_entry_persons", condition=~models.Q(persons_shown=[])),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["position"], name="audit_entry_position"),
            RowPolicies(
                name="audit_entry_row_policies",
                select=permitted("audit.read"),
                insert=any_actor(),
                inserts=(
                    "kind",
                    "act",
                    "on_behalf_of",
                    "dossier_id",
                    "person_id",
                    "object_type",
                    "object_id",
                    "recipients",
                    "dossiers_shown",
                    "persons_shown",
                    "legal_basis",
                    "purpose",
                    "details",
                ),
                kinds=EVERY_KIND,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} at {self.at:%Y-%m-%d %H:%M}"
