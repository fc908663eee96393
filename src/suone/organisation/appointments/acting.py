"""Who acts in a request: an appointment of the account, chosen if it has several, or a partner's system."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.web.bound import bound_to
from suone.organisation.appointments.acts import Act
from suone.organisation.appointments.models import Appointment, AppointmentQuerySet
from suone.organisation.appointments.rules import KEY_PREFIX, hash_of_key

SESSION_KEY = "acting_staff_id"
_MACHINES = "/api/"


def current_staff_entries(user_id: int) -> list[Appointment]:
    """The appointments of this account in force today, with their roles; oldest first."""
    return list(_in_force(timezone.localdate()).filter(user_id=user_id))


@lru_cache(maxsize=1)
def _in_force(today: date) -> AppointmentQuerySet:
    """Put together once a day, since every request asks; each filters a copy of it."""
    working = Appointment.objects.working(on=today).with_roles(on=today)
    return working.select_related("institution").order_by("id")


def acting_of(staff: Appointment) -> Acting:
    """The acting person for an appointment, today, with the roles in force."""
    today = timezone.localdate()
    at_hand: list[str] | None = getattr(staff, "roles_in_force", None)
    return Acting(
        kind=Kind.STAFF,
        today=today,
        institution_id=staff.institution_id,
        staff_id=staff.pk,
        user_id=staff.user_id,
        roles=staff.roles_on(today) if at_hand is None else frozenset(map(Role, at_hand)),
        name=staff.full_name,
        institution_name=staff.institution.name,
    )


def acting_of_key(key: str) -> Acting | None:
    """The partner's system with this key, acting for its institution today; None for an unknown or revoked key."""
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM appointments_system_of_key(%s, %s)", [hash_of_key(key), today])
        row = cursor.fetchone()
    if row is None:
        return None
    system_id, institution_id, name = row
    return Acting(
        kind=Kind.SYSTEM,
        today=today,
        institution_id=institution_id,
        system_id=system_id,
        roles=frozenset({Role.PARTNER_SYSTEM}),
        name=name,
    )


def act_under(request: HttpRequest, staff_id: int) -> Acting | None:
    """From this request on, act under another appointment of the account; None if it has no such appointment today."""
    entries: list[Appointment] = request.staff_entries  # type: ignore[attr-defined]  # put there by the middleware
    before: Acting = request.acting  # type: ignore[attr-defined]
    entry = next((entry for entry in entries if entry.pk == staff_id), None)
    if entry is None:
        return None
    with acting_as(before):
        record(before, kind=RecordKind.CHANGE, act=Act.SWITCHED, about=("staff", entry.pk))
    request.session[SESSION_KEY] = entry.pk
    request.acting = acting_of(entry)  # type: ignore[attr-defined]
    return acting_of(entry)


class ActingMiddleware:
    """Sets ``request.acting`` and ``request.staff_entries``; None and [] for anonymous requests.

    ``request.act_under`` switches to another appointment of the account. Below ``/api/`` only a key counts: the session of
    a browser gives no access to the API.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(_MACHINES):
            request.acting = _presented_by(request)  # type: ignore[attr-defined]
            request.staff_entries = []  # type: ignore[attr-defined]
            return self.get_response(request)
        entries = current_staff_entries(request.user.pk) if request.user.is_authenticated else []
        chosen = request.session.get(SESSION_KEY) if entries else None
        staff = next((entry for entry in entries if entry.pk == chosen), entries[0] if entries else None)
        request.acting = acting_of(staff) if staff else None  # type: ignore[attr-defined]
        request.staff_entries = entries  # type: ignore[attr-defined]
        request.act_under = partial(act_under, request)  # type: ignore[attr-defined]
        # Forms of every page carry the mark, including those in the header of a library's page.
        with bound_to(request.acting):  # type: ignore[attr-defined]
            return self.get_response(request)


def _presented_by(request: HttpRequest) -> Acting | None:
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    return acting_of_key(key) if scheme.lower() == "bearer" and key.startswith(KEY_PREFIX) else None
