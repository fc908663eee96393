"""Who is recorded as signing for the person of a case."""

from datetime import date

from django.conf import settings

from suone.ground.access.acting import Acting
from suone.ground.web.jinja import in_language
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import particulars_of
from suone.records.representation.models import Representative
from suone.records.representation.rules import Signers, SigningAge, latest_birth, signers


def representatives_of(acting: Acting, dossier: Dossier) -> list[Representative]:
    """The representatives recorded for this case, ended ones included; empty without access to identity data."""
    kept = Representative.objects.readable_by(acting)
    return list(kept.filter(dossier=dossier).select_related("recorded_by", "ended_by"))


def signers_of(acting: Acting, dossier: Dossier, *, on: date) -> Signers:
    """Who may sign for the person of this case on a day."""
    return signers(
        born_at_latest=born_at_latest(acting, dossier),
        representatives=representatives_of(acting, dossier),
        age=signing_age(),
        on=on,
    )


def born_at_latest(acting: Acting, dossier: Dossier) -> date | None:
    """The latest possible date of birth of the person; None if this case file knows nothing of it."""
    particulars = particulars_of(acting, dossier.pk)
    birth = particulars.birth if particulars else None
    return latest_birth(birth.year, birth.month, birth.day) if birth else None


def signing_age() -> SigningAge:
    """From which age the person signs alone in this canton, and by which law."""
    return SigningAge(settings.SIGNS_ALONE_FROM, in_language(settings.SIGNS_ALONE_LAW))
