"""Notifying staff, and the daily mail that says only how many messages are new."""

from collections.abc import Iterable

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.permissions import Role
from suone.ground.audit.acts import all_acts
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.mail.composing import Text, composes
from suone.ground.mail.models import Kind, Mail
from suone.ground.mail.services import post
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.queries import institutions_of_leavers, staff_to_notify
from suone.records.dossiers.acts import Act as DossierAct
from suone.records.dossiers.audience import audience_of
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import access_of
from suone.records.dossiers.services import break_glass
from suone.records.inbox.acts import Act
from suone.records.inbox.models import Digest, Message, Preference


def notify_staff(
    acting: Acting,
    *,
    staff_ids: Iterable[int | None],
    act: str,
    dossier: Dossier | None,
    category: DataCategory | None = None,
) -> None:
    """Notify these staff members of an act, in its transaction; nobody is notified of their own act.

    For somebody who has left, the contact persons of their institution are notified. With ``category``, recipients who
    may not read it learn only that there is something new. About a case, the database lets only those send a message who
    have to do with it, and only to institutions that have or had (``sql/whom_it_reaches.sql``).
    """
    named = [pk for pk in dict.fromkeys(staff_ids) if pk is not None and pk != acting.staff_id]
    if not named:
        return
    left = institutions_of_leavers(named, on=acting.today)
    if left:
        region_id = audience_of(dossier.pk).region_id if dossier else None
        instead = staff_to_notify(set(left.values()), region_id, on=acting.today)
        named = list(dict.fromkeys([*(pk for pk in named if pk not in left), *instead]))
    rows = [
        (staff_id, dossier.pk if dossier else None, str(act), category, acting.institution_id)
        for staff_id in named
        if staff_id != acting.staff_id
    ]
    # Without RETURNING: the writer may not read other people's inboxes.
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO inbox_message (staff_id, dossier_id, act, category, by_institution_id)"
            " VALUES (%s, %s, %s, %s, %s)",
            rows,
        )


def notify_institutions(
    acting: Acting,
    *,
    institution_ids: Iterable[int],
    act: str,
    dossier: Dossier,
    region_id: int | None = None,
    category: DataCategory | None = None,
) -> None:
    """Notify institutions of an act: their contact persons in the region of the case, and staff who follow the case.

    Deputies of absent staff are notified as well; each person gets one message. ``region_id`` overrides the region;
    ``category`` as in ``notify_staff``.
    """
    others = set(institution_ids) - {acting.institution_id}
    if not others:
        return
    audience = audience_of(dossier.pk)
    staff_ids = staff_to_notify(others, region_id or audience.region_id, on=acting.today, followers=audience.staff_ids)
    notify_staff(acting, staff_ids=staff_ids, act=act, dossier=dossier, category=category)


def open_in_emergency(acting: Acting, *, number: str, reason: str) -> Dossier:
    """Break-glass: open a case for three hours and notify its leading institutions and data protection at once.

    Raises ``Refused`` for an unknown case number, or a reason that is too short.
    """
    dossier = break_glass(acting, number=number, reason=reason)
    leading = {
        grant.institution_id for grant in access_of(dossier) if grant.power == Power.LEAD and grant.institution_id
    }
    notify_institutions(acting, institution_ids=leading, act=DossierAct.GLASS_BROKEN, dossier=dossier)
    officers = Appointment.objects.working(on=acting.today).holding(Role.DATA_PROTECTION_OFFICER)
    notify_staff(acting, staff_ids=officers.values_list("pk", flat=True), act=DossierAct.GLASS_BROKEN, dossier=dossier)
    return dossier


def keep_acts(*, using: str) -> None:
    """Store the codes of all acts in the database, as its owner: the app's role must not add any."""
    codes = [act.value for act in all_acts()]
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('inbox_act')")
        if cursor.fetchone()[0] is None:  # migrated back to before the table
            return
        cursor.execute("DELETE FROM inbox_act WHERE word <> ALL (%s)", [codes])
        cursor.execute("INSERT INTO inbox_act SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [codes])


def mark_read(acting: Acting, *, message_ids: Iterable[int] | None = None) -> None:
    """Mark these messages of the acting person as read, or all of them."""
    messages = Message.objects.filter(staff_id=acting.own_staff_id, read_at=None)
    if message_ids is not None:
        messages = messages.filter(pk__in=list(message_ids))
    messages.update(read_at=timezone.now())
    record(acting, kind=RecordKind.CHANGE, act=Act.READ)


def set_preference(acting: Acting, *, digest: Digest) -> None:
    """Set how the acting person is notified from now on."""
    Preference.objects.update_or_create(staff_id=acting.own_staff_id, defaults={"digest": digest})
    record(acting, kind=RecordKind.CHANGE, act=Act.PREFERENCE_SET, details={"digest": digest.value})


def send_digests(acting: Acting) -> int:
    """Post one mail to everybody with new messages, without any detail of persons or cases; returns how many.

    Messages are marked in the same transaction: each is mailed once.
    """
    silent = Preference.objects.filter(digest=Digest.NEVER).values("staff_id")
    waiting = Message.objects.filter(mailed_at=None, read_at=None).exclude(staff_id__in=silent)
    counts: dict[int, int] = {}
    for staff_id in waiting.values_list("staff_id", flat=True):
        counts[staff_id] = counts.get(staff_id, 0) + 1
    people = Appointment.objects.filter(pk__in=counts).working(on=acting.today).select_related("user")
    Message.objects.filter(mailed_at=None, staff_id__in=counts).update(mailed_at=timezone.now())
    posted = 0
    for staff in people:
        address = staff.user.email if staff.user else staff.email
        if address:
            language = staff.user.language if staff.user else "de"
            post(kind=Kind.DIGEST, address=address, language=language, number=counts[staff.pk])
            posted += 1
    record(acting, kind=RecordKind.CHANGE, act=Act.DIGEST_SENT, details={"mails": posted})
    return posted


@composes(Kind.DIGEST)
def _digest(mail: Mail) -> Text:
    new = mail.number or 0
    lines = (
        _("Good day"),
        "",
        ngettext("There is %(new)s new message for you.", "There are %(new)s new messages for you.", new)
        % {"new": new},
        _("Log in to read: %(address)s") % {"address": settings.BASE_URL},
        "",
        _("You can change how you are notified in your account."),
        settings.PRODUCT_NAME,
    )
    return Text(ngettext("%(new)s new message", "%(new)s new messages", new) % {"new": new}, lines)
