"""Young people notified before a consent: to whom, and those who wait at the acting institution."""

from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404

from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.queries import versions_in_force
from suone.casework.youth.models import Notice
from suone.ground.access.acting import Acting
from suone.ground.access.permissions import Permission
from suone.organisation.institutions.kinds import InstitutionKind
from suone.organisation.institutions.models import Institution


def law() -> str:
    """Return the canton's law for notifying young people before a consent; empty where there is none."""
    return str(settings.YOUTH_NOTICE_LAW)


def procedure_of_youth(*, on: date) -> ProcedureVersion | None:
    """Return the procedure in force whose notifications an institution for young people receives."""
    received = (version for version in versions_in_force(on=on) if version.receives == InstitutionKind.YOUTH_TRANSITION)
    return next(received, None)


def possible_receivers(*, on: date) -> QuerySet[Institution]:
    """Return the institutions that receive young people under a procedure in force."""
    version = procedure_of_youth(on=on)
    return Institution.objects.filter(kind=version.receives if version else "").order_by("code")


def may_notify(acting: Acting) -> bool:
    """Return whether the acting person may notify a young person before a consent: where a law allows it, to another."""
    if not law() or not acting.may(Permission.CASE_NOTIFY):
        return False
    receivers = possible_receivers(on=acting.today)
    return receivers.exists() and not receivers.filter(pk=acting.own_institution_id).exists()


def _waiting(acting: Acting) -> QuerySet[Notice]:
    """Notices to the acting institution that are not over: those whose last day has passed wait for the job alone."""
    return Notice.objects.filter(receiver_id=acting.own_institution_id, kept_until__gte=acting.today)


def waiting(acting: Acting) -> list[Notice]:
    """List the young people notified to the acting institution, those that are destroyed first at the top."""
    return list(_waiting(acting).select_related("institution", "staff", "region").order_by("kept_until", "pk"))


def waiting_count(acting: Acting) -> int:
    """Return how many there are; without asking the database where no law allows any."""
    if not law() or acting.institution_id is None or not acting.may(Permission.CASE_TRIAGE):
        return 0
    return _waiting(acting).count()


def waiting_notice(acting: Acting, notice_id: int) -> Notice:
    """Return one of them; raises ``Http404`` for any other."""
    found = _waiting(acting).select_related("institution", "region").filter(pk=notice_id).first()
    if found is None:
        raise Http404
    return found
