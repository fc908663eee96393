"""Acts on a log-in: change its address, reset a lost second factor, unlock."""

import hashlib
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.models import User
from suone.ground.access.services import end_log_ins
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.queries import as_colleague, colleagues_and_administrators
from suone.organisation.signin import limits
from suone.organisation.signin.acts import Act
from suone.organisation.signin.letters import queue_letter
from suone.organisation.signin.models import AddressChange, FactorReset, Letter
from suone.organisation.signin.rules import may_approve_reset, may_ask_for_reset, one_spelling

_LINK_HOLDS = timedelta(days=1)
_ASKED_A_DAY = 5


def ask_for_address(acting: Acting, *, address: str) -> None:
    """Request another address for one's own log-in: a link is sent there, and nothing changes until it is followed.

    Raises ``Refused`` if it is the current address, or after five requests within a day.
    """
    user = User.objects.get(pk=acting.own_user_id)
    address = one_spelling(address)
    if address == one_spelling(user.email):
        raise Refused(_("This is the address you log in with already."))
    today = AddressChange.objects.filter(user_id=user.pk, at__gt=timezone.now() - _LINK_HOLDS)
    if today.count() >= _ASKED_A_DAY:
        raise Refused(_("You have requested several links already: follow the one in the last mail, or wait a day."))
    secret = secrets.token_urlsafe(32)
    AddressChange.objects.create(user=user, staff_id=acting.own_staff_id, address=address, digest=_digest(secret))
    queue_letter(Letter.Kind.CONFIRM, address, link=reverse("confirm_address", args=[secret]), language=user.language)
    record(acting, kind=RecordKind.CHANGE, act=Act.ADDRESS_ASKED, about=("account", user.pk))


def confirm_address(acting: Acting, *, secret: str) -> User:
    """Follow the link sent to the new address, as the person who requested it; raises ``Refused`` if it is not valid."""
    asked = AddressChange.objects.filter(
        digest=_digest(secret), user_id=acting.own_user_id, confirmed_at=None, at__gt=timezone.now() - _LINK_HOLDS
    ).first()
    if asked is None:
        raise Refused(_("This link is no longer valid. Request a new one."))
    AddressChange.objects.filter(pk=asked.pk).update(confirmed_at=timezone.now())
    user = User.objects.get(pk=acting.own_user_id)
    change_address(acting, user=user, address=asked.address)
    return user


def forget_links() -> None:
    """Delete requested addresses whose link has expired."""
    acting = acting_for_job("signin: links")
    with acting_as(acting):
        AddressChange.objects.filter(at__lt=timezone.now() - _LINK_HOLDS).delete()


def change_address(acting: Acting, *, user: User, address: str) -> None:
    """Change the address of an account's log-in; the old address receives a mail, and all sessions end.

    For the owner, once it is confirmed, and for administrators of the account. Raises ``Refused`` if the address is in use.
    """
    old, address = user.email, one_spelling(address)
    if address == one_spelling(old):
        raise Refused(_("This is the address of the log-in already."))
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(email=address)
    except IntegrityError as error:
        raise Refused(_("There is an account with this address already.")) from error
    EmailAddress.objects.filter(
        user_id=user.pk
    ).delete()  # the library's copy, with which the old address could still log in
    user.email = address
    end_log_ins(user)
    queue_letter(Letter.Kind.MOVED, old, language=user.language)
    record(acting, kind=RecordKind.CHANGE, act=Act.ADDRESS_CHANGED, about=("account", user.pk))


def unlock(acting: Acting, *, user: User) -> None:
    """End the pause of an account after failures."""
    limits.unlock(user)
    record(acting, kind=RecordKind.CHANGE, act=Act.UNLOCKED, about=("account", user.pk))


def ask_for_factor_reset(acting: Acting, *, holder: Appointment) -> FactorReset:
    """Request the reset of a colleague's lost second factor, which another person must approve.

    Raises ``Refused`` unless the acting person administers the institution, for oneself, and if already requested.
    """
    working = colleagues_and_administrators(holder.institution_id, on=acting.today)
    asker = as_colleague(_own(acting), on=acting.today)
    account = holder.user_id
    if account is None or not may_ask_for_reset(asker, as_colleague(holder, on=acting.today), working):
        raise Refused(_("Only an administrator of this institution can request it, and not for themselves."))
    try:
        with transaction.atomic():
            reset = FactorReset.objects.create(
                institution_id=holder.institution_id,
                holder=holder,
                holder_account_id=account,
                asked_by_id=acting.own_staff_id,
                asked_account_id=acting.own_user_id,
            )
    except IntegrityError as error:
        raise Refused(_("This reset has already been requested.")) from error
    record(acting, kind=RecordKind.CHANGE, act=Act.FACTOR_RESET_ASKED, about=("account", account))
    return reset


def approve_factor_reset(acting: Acting, *, reset: FactorReset) -> None:
    """Approve as the second person: the factor is deleted, every session of the account ends, and its owner gets a mail.

    Raises ``Refused`` for whoever requested it, for the holder, and if it is already decided.
    """
    if not may_approve(acting, reset):
        raise Refused(
            _("Another administrator must approve it: neither the one who requested it nor the holder of the factor.")
        )
    _decide(acting, reset, is_approved=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT signin_remove_factors(%s)", [reset.holder_account_id])
    user = User.objects.get(pk=reset.holder_account_id)
    end_log_ins(user)
    queue_letter(Letter.Kind.FACTOR_GONE, user.email, language=user.language)
    about = ("account", reset.holder_account_id)
    record(acting, kind=RecordKind.CHANGE, act=Act.FACTOR_RESET_APPROVED, about=about)


def decline_factor_reset(acting: Acting, *, reset: FactorReset) -> None:
    """Decline a reset, or withdraw one's own request; raises ``Refused`` for others, and if it is already decided."""
    if not may_approve(acting, reset) and reset.asked_account_id != acting.own_user_id:
        raise Refused(
            _("Another administrator must approve it: neither the one who requested it nor the holder of the factor.")
        )
    _decide(acting, reset, is_approved=False)
    about = ("account", reset.holder_account_id)
    record(acting, kind=RecordKind.CHANGE, act=Act.FACTOR_RESET_DECLINED, about=about)


def may_approve(acting: Acting, reset: FactorReset) -> bool:
    """Whether the acting person may approve this reset."""
    working = colleagues_and_administrators(reset.institution_id, on=acting.today)
    approver, holder = (as_colleague(staff, on=acting.today) for staff in (_own(acting), reset.holder))
    return may_approve_reset(approver, holder, reset.asked_account_id, working)


def _decide(acting: Acting, reset: FactorReset, *, is_approved: bool) -> None:
    decided = FactorReset.objects.filter(pk=reset.pk, decided_at=None).update(
        decided_by_id=acting.own_staff_id,
        decided_account_id=acting.own_user_id,
        decided_at=timezone.now(),
        is_approved=is_approved,
    )
    if not decided:
        raise Refused(_("This has already been decided."))


def _own(acting: Acting) -> Appointment:
    return Appointment.objects.select_related("institution").get(pk=acting.own_staff_id)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
