import hashlib
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from suone.canton.instruments.loading import read_kept_instrument
from suone.canton.instruments.rules import Instrument, text_in
from suone.ground.access.row_policies import RowPolicies, Stamp, any_actor, permitted

_READ: dict[str, Instrument] = {}  # by the digest of its text


class Origin(models.TextChoices):
    SHIPPED = "shipped", _("comes with the product")
    OWN = "own", _("the canton's own")


class InstrumentVersion(models.Model):
    """A version of an instrument with its full text, so that a result can be recalculated at any time."""

    identifier = models.SlugField(max_length=40)
    version = models.CharField(max_length=20)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    origin = models.CharField(max_length=8, choices=Origin)
    is_retired = models.BooleanField(default=False)
    published_at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["identifier", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["identifier", "version"],
                name="instrument_version_once",
                violation_error_message=_("This version is published already: give the changed file a new version."),
            ),
            # Whoever publishes how the canton works publishes its questionnaires too.
            RowPolicies(
                name="instruments_instrumentversion_row_policies",
                select=any_actor(),
                insert=permitted("procedure.publish"),
                update=permitted("procedure.publish"),
                updates=("is_retired",),
            ),
            Stamp(name="instrument_published", at="published_at"),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} {self.version}"

    @property
    def instrument(self) -> Instrument:
        """The instrument as the engine uses it, parsed once per process; only then is its text fetched."""
        if self.sha256 not in _READ:
            _READ[self.sha256] = read_kept_instrument(self.text, f"{self.identifier} {self.version}")
        return _READ[self.sha256]

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return text_in(self.instrument.title, (get_language() or "de")[:2])


def digest(text: str) -> str:
    """SHA-256 of the text of a file, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
