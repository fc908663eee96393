"""Lookups about log-ins."""

from suone.ground.access.acting import Acting
from suone.ground.access.models import User
from suone.organisation.appointments.models import Appointment, AppointmentQuerySet
from suone.organisation.signin import limits
from suone.organisation.signin.models import FactorReset


def open_factor_resets() -> list[FactorReset]:
    """The undecided requests that the acting person may see, by row policy."""
    return list(FactorReset.objects.filter(decided_at=None).select_related("holder__institution", "asked_by"))


def colleagues_with_accounts(acting: Acting) -> AppointmentQuerySet:
    """For whom the acting person may request a reset: colleagues at the same institution with an account."""
    working = Appointment.objects.working(on=acting.today).filter(institution_id=acting.own_institution_id)
    return working.exclude(user=None).exclude(user_id=acting.own_user_id)


def is_paused(user: User) -> bool:
    """Whether log-ins to this account are paused after failures."""
    return limits.is_paused(limits.key_of(user.email))


def own_address(acting: Acting) -> str:
    """The address that the acting person logs in with."""
    return User.objects.values_list("email", flat=True).get(pk=acting.own_user_id)
