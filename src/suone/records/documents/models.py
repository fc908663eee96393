from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, Stamp, granted
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.documents import rules
from suone.records.dossiers.models import CaseBoundQuerySet, Dossier


class DocumentKind(models.TextChoices):
    """What a document is, where a procedure asks for one of its kind."""

    OTHER = "", _("other document")
    PLACEMENT_REQUEST = "placement_request", _("Request for job placement, written by the person")


class Active(models.TextChoices):
    """What in a file may do something when it is opened on a computer; nothing of it happens in its pictures here."""

    SCRIPTS = "scripts", _("scripts")
    PROGRAMS = "programs", _("a command that starts a program")
    SENDING = "sending", _("a button that sends or fetches data")
    FORMS = "forms", _("a form that only Acrobat shows")
    MEDIA = "media", _("sound, film or 3D")
    ATTACHMENTS = "attachments", _("attached files")
    ELSEWHERE = "elsewhere", _("parts that are fetched from elsewhere")


class DocumentQuerySet(CaseBoundQuerySet["Document"]):
    author_columns = ("kept_by_id",)


class Document(models.Model):
    """A file of a case. Its bytes are stored outside the database under a random name, with a SHA-256 checksum."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="documents")
    category = models.PositiveSmallIntegerField(_("Data category"), choices=DataCategory)
    kind = models.CharField(max_length=20, choices=DocumentKind, default=DocumentKind.OTHER, blank=True)
    title = models.CharField(_("Title"), max_length=150)
    language = models.CharField(max_length=2)
    file_name = models.CharField(max_length=150)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    active = ArrayField(models.CharField(max_length=20, choices=Active), default=list, db_default=[])
    # Those that can be shown; unknown for what was stored before they were counted.
    pages = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=80, unique=True)
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)  # its last day; none for most documents
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    kept_at = models.DateTimeField(db_default=Now())
    kept_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    kept_institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    removed_reason = models.CharField(max_length=200, blank=True)
    warned_days = models.PositiveSmallIntegerField(null=True)  # the nearest warning given so far
    expiry_notified_at = models.DateTimeField(null=True)

    objects = DocumentQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("title", "file_name", "stored_as")

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="document_removed_at_and_reason_together",
                condition=Q(removed_at=None, removed_reason="") | Q(removed_at__isnull=False) & ~Q(removed_reason=""),
                violation_error_message=_("Give the reason why the document is removed."),
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                name="document_replaced_once",
                violation_error_message=_("This document has been renewed already."),
            ),
            # It follows a folder of the server, where files are read and deleted: no other folder can be named.
            models.CheckConstraint(
                name="document_file_in_its_folder", condition=Q(stored_as__regex=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
            ),
            RowPolicies(
                name="documents_document_row_policies",
                select=granted(Power.READ, category="{table}.category", author="kept_by_id"),
                insert=granted(Power.WRITE),
                update=granted(Power.WRITE),
                updates=("removed_at", "removed_by", "removed_reason", "warned_days", "expiry_notified_at"),
                before="{table}.removed_at IS NULL",
            ),
            Stamp(name="document_kept", at="kept_at", staff="kept_by", institution="kept_institution"),
            Stamp(name="document_removed", at="removed_at", staff="removed_by"),
            Stamp(name="document_expiry_notified", at="expiry_notified_at"),
        ]

    def __str__(self) -> str:
        return f"document {self.pk}"

    @property
    def active_parts(self) -> str:
        """What in it is active, in words; empty if nothing is."""
        return ", ".join(str(Active(code).label) for code in self.active)

    @property
    def has_pictures(self) -> bool:
        """Whether its pages can be shown as pictures."""
        return self.pages != 0 and rules.is_shown(self.media_type)

    def has_expired(self, on: date) -> bool:
        return self.valid_until is not None and self.valid_until < on
