import hashlib
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from suone.canton.procedures.loading import read_kept_procedure
from suone.canton.procedures.rules import Procedure
from suone.ground.access.categories import Power
from suone.ground.access.row_policies import RowPolicies, Stamp, any_actor, granted, permitted

_CASE: dict[str, Any] = {"select": granted(Power.READ), "insert": granted(Power.WRITE), "update": granted(Power.WRITE)}


_READ: dict[str, Procedure] = {}  # by the digest of its text


class VersionState(models.TextChoices):
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class ProcedureVersion(models.Model):
    """A published version of a procedure with its full text: running cases stay on the version they began with."""

    identifier = models.SlugField(max_length=40)
    version = models.CharField(max_length=20)
    canton = models.CharField(max_length=2)
    receives = models.CharField(max_length=40, blank=True)  # the kind of institution; the IIZ office without one
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.PUBLISHED)
    published_at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["canton", "identifier", "-valid_from", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["identifier", "version"],
                name="procedure_version_once",
                violation_error_message=_("This version is published already: give the changed file a new version."),
            ),
            models.CheckConstraint(
                name="procedure_version_runs_forward",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The validity must not end before it begins."),
            ),
            RowPolicies(
                name="procedures_procedureversion_row_policies",
                select=any_actor(),
                insert=permitted("procedure.publish"),
                update=permitted("procedure.publish"),
                updates=("state",),
            ),
            Stamp(name="procedure_published", at="published_at"),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} {self.version}"

    @property
    def procedure(self) -> Procedure:
        """The procedure as the engine uses it, parsed once per process; only then is its text fetched."""
        if self.sha256 not in _READ:
            _READ[self.sha256] = read_kept_procedure(self.text, f"{self.identifier} {self.version}")
        return _READ[self.sha256]

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        texts = self.procedure.title
        return texts.get((get_language() or "de")[:2], texts["de"])


def digest(text: str) -> str:
    """SHA-256 of the text of a file, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
