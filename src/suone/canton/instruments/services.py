"""Publishing instruments: a canton's own questions and weights, as versions next to the shipped ones."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from suone.canton.instruments.acts import Act
from suone.canton.instruments.loading import FOLDER, read_instrument
from suone.canton.instruments.models import InstrumentVersion, Origin, digest
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.schemafiles.problems import BrokenFile


def publish(acting: Acting, *, text: str, source: str) -> InstrumentVersion:
    """Publish a canton's own instrument: new answers use this version.

    ``source`` names the file in messages. Publishing the same text again reinstates a retired version, and otherwise
    changes nothing. Raises ``BrokenFile`` for an invalid file, and ``Refused`` if the version exists with another
    text.
    """
    instrument = read_instrument(text, source)
    known = InstrumentVersion.objects.filter(identifier=instrument.identifier, version=instrument.version).first()
    if known is not None and known.sha256 == digest(text):
        if known.is_retired:
            _set_retired(acting, known, False, Act.PUBLISHED)
        return known
    try:
        with transaction.atomic():
            version = InstrumentVersion.objects.create(
                identifier=instrument.identifier,
                version=instrument.version,
                text=text,
                sha256=digest(text),
                origin=Origin.OWN,
            )
    except IntegrityError as error:
        raise Refused(
            _("%(source)s: version %(version)s is published with another text. Give the changed file a new version.")
            % {"source": source, "version": instrument.version}
        ) from error
    record(acting, kind=RecordKind.STORE, act=Act.PUBLISHED, about=("instrument", version.pk))
    return version


def retire(acting: Acting, *, version: InstrumentVersion) -> None:
    """Retire a version: kept answers remain, and new ones use the previous or the shipped version."""
    _set_retired(acting, version, True, Act.RETIRED)


def keep_shipped(*, using: str) -> None:
    """Store every shipped instrument as a version, as the database's owner during ``suone migrate``.

    Raises ``BrokenFile`` if a shipped version was changed without a new version number.
    """
    versions = InstrumentVersion.objects.using(using)
    known = {(row.identifier, row.version): row.sha256 for row in versions.defer("text")}
    for path in sorted(FOLDER.glob("*.toml")):
        text = path.read_text("utf-8")
        instrument = read_instrument(text, path.name)
        kept = known.get((instrument.identifier, instrument.version))
        if kept is None:
            versions.create(
                identifier=instrument.identifier,
                version=instrument.version,
                text=text,
                sha256=digest(text),
                origin=Origin.SHIPPED,
            )
        elif kept != digest(text):
            sentence = f"version {instrument.version} is kept with another text. Give the changed file a new version."
            raise BrokenFile([f"{path.name}: {sentence}"])


def _set_retired(acting: Acting, version: InstrumentVersion, is_retired: bool, act: Act) -> None:
    InstrumentVersion.objects.filter(pk=version.pk).update(is_retired=is_retired)
    record(acting, kind=RecordKind.CHANGE, act=act, about=("instrument", version.pk))
