"""Whom a request acts as: the account's staff entry, chosen where there are several."""

from collections.abc import Callable

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from suone.access.acting import Acting, Kind
from suone.access.permissions import Role
from suone.institutions.models import Staff

SESSION_KEY = "acting_staff_id"


def current_staff_entries(user_id: int) -> list[Staff]:
    """Where this account works today."""
    today = timezone.localdate()
    return list(
        Staff.objects.filter(user_id=user_id)
        .filter(Q(active_from=None) | Q(active_from__lte=today), Q(active_until=None) | Q(active_until__gte=today))
        .select_related("institution")
        .order_by("id")
    )


def acting_of(staff: Staff) -> Acting:
    """This staff member acting for their institution, today."""
    return Acting(
        kind=Kind.STAFF,
        today=timezone.localdate(),
        institution_id=staff.institution_id,
        staff_id=staff.pk,
        user_id=staff.user_id,
        roles=frozenset(Role(role) for role in staff.roles),
        name=staff.full_name,
        institution_name=staff.institution.name,
    )


class ActingMiddleware:
    """Puts ``request.acting`` and ``request.staff_entries``; None and [] for whoever is not logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        entries = current_staff_entries(request.user.pk) if request.user.is_authenticated else []
        chosen = request.session.get(SESSION_KEY) if entries else None
        staff = next((entry for entry in entries if entry.pk == chosen), entries[0] if entries else None)
        request.acting = acting_of(staff) if staff else None  # type: ignore[attr-defined]
        request.staff_entries = entries  # type: ignore[attr-defined]
        return self.get_response(request)
