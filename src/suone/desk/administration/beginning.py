"""Beginning an installation, and what is done to accounts on the server in an emergency."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.desk.administration.letters import link_to, send_invitation
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.acts import Act
from suone.organisation.appointments.appointing import Post, appoint
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.rules import BEGINNINGS
from suone.organisation.institutions.loading import load_directory
from suone.organisation.institutions.models import Institution
from suone.organisation.signin.queries import is_paused
from suone.organisation.signin.services import unlock

Somebody = tuple[str, str, str]  # address, first name, last name


def begin(
    acting: Acting, *, canton: str, administrator: Somebody, delegate: Somebody, mail: bool = False
) -> list[tuple[str, str]]:
    """Load the canton's directory and appoint its first two people; returns their addresses and one-time links.

    If only one of the two still works here, the other is appointed again; raises ``Refused`` if both do.
    """
    working = Appointment.objects.working(on=acting.today)
    held = {role for role in BEGINNINGS if working.holding(role).exists()}
    if held == BEGINNINGS:
        raise Refused(_("This installation has begun: its administrators appoint everybody else."))
    if not Institution.objects.filter(is_iiz_office=True).exists():
        load_directory(canton)
    office = Institution.objects.get(is_iiz_office=True)
    links = []
    for role, (address, first_name, last_name) in (
        (Role.OFFICE_ADMINISTRATOR, administrator),
        (Role.CANTONAL_DELEGATE, delegate),
    ):
        if role in held:
            continue
        appointment, token = appoint(
            acting, institution=office, post=Post(first_name=first_name, last_name=last_name), address=address
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT appointments_begin(%s, %s)", [appointment.pk, role.value])
        record(
            acting,
            kind=RecordKind.CHANGE,
            act=Act.BEGUN,
            about=("appointment", appointment.pk),
            details={"role": role.value, "approved_by": None},
        )
        if mail:
            send_invitation(address=appointment.email, institution=office, token=token, language="de")
        links.append((appointment.email, link_to(token)))
    return links


def set_active(acting: Acting, *, user: User, is_active: bool) -> None:
    """Lock an account, so that its next request is refused, or unlock it, which also ends a pause after failures.

    Raises ``Refused`` if the account is in that state already.
    """
    if is_active and is_paused(user):
        unlock(acting, user=user)
        if user.is_active:
            return
    if not User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active):
        raise Refused(_("Nothing to do: the account is already in this state."))
    record(
        acting,
        kind=RecordKind.CHANGE,
        act=Act.ACCOUNT_UNLOCKED if is_active else Act.ACCOUNT_LOCKED,
        about=("account", user.pk),
        purpose=acting.purpose,
        details={"before": {"active": not is_active}, "after": {"active": is_active}},
    )


def make_reset_link(acting: Acting, *, user: User) -> str:
    """A link by which an account sets a new password, for somebody who cannot read their mail."""
    record(
        acting, kind=RecordKind.CHANGE, act=Act.ACCOUNT_LINK_MADE, about=("account", user.pk), purpose=acting.purpose
    )
    address = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    return settings.BASE_URL + address
