"""Shared by the acts on a meeting: locking, permission checks, recording in the log, notifying those invited."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import Invitee, Meeting
from suone.casework.meetings.rules import Answer, Kind
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.queries import staff_to_notify
from suone.records.dossiers.audience import Audience, audience_of
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power
from suone.records.dossiers.services import in_each_language, record_event
from suone.records.inbox.services import notify_staff


def lock_meeting(meeting: Meeting) -> Meeting:
    """Lock the case, then the meeting, and return the meeting as stored now.

    Locked by a database function, since those invited may not be able to open the case.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT meetings_lock(%s)", [meeting.pk])
    return Meeting.objects.select_related("convening", "region").get(pk=meeting.pk)


def case_of(meeting: Meeting) -> Dossier | None:
    """Return the case of a meeting; for those who may not open it, only with id and number."""
    if meeting.dossier_id is None:
        return None
    opened = Dossier.objects.filter(pk=meeting.dossier_id).first()
    return opened or Dossier(pk=meeting.dossier_id, number=meeting.case_number)


def can_manage(acting: Acting, meeting: Meeting) -> bool:
    """Return whether the acting institution convened the meeting or leads its case."""
    if meeting.convening_id == acting.institution_id:
        return True
    dossier = case_of(meeting)
    return dossier is not None and has_power(acting, dossier, Power.LEAD)


def check_can_manage(acting: Acting, meeting: Meeting) -> None:
    """Raise ``Refused`` unless the acting institution convened the meeting or leads its case."""
    if not can_manage(acting, meeting):
        raise Refused(_("Only the institution that convened the meeting or leads the case can do this."))


def check_own_invitation(acting: Acting, invitee: Invitee) -> None:
    """Raise ``Refused`` unless the invitation is that of the acting institution; to be called under the lock."""
    own = Invitee.objects.filter(pk=invitee.pk, institution_id=acting.own_institution_id)
    if not own.exclude(answer=Answer.WITHDRAWN).exists():
        raise Refused(_("You can answer for your own institution only, while it is invited."))


def written_language() -> str:
    """Return the language in which the acting person is writing."""
    return (translation.get_language() or "de")[:2]


def record_meeting_event(
    acting: Acting,
    meeting: Meeting,
    act: Act,
    *,
    kind: RecordKind = RecordKind.CHANGE,
    dossier: Dossier | None = None,
    category: DataCategory = DataCategory.ADMINISTRATIVE,
    about: tuple[str, int | None] | None = None,
    text: str = "",
    texts: Mapping[str, str] | None = None,
    recipients: Sequence[int] = (),
    details: dict[str, object] | None = None,
) -> None:
    """Record an act in the log, and in the timeline of the case that the meeting (or agenda point) is about, if any."""
    dossier = dossier or case_of(meeting)
    about = about or ("meeting", meeting.pk)
    if dossier is None:
        record(acting, kind=kind, act=act, about=about, recipients=recipients, details=details)
        return
    record_event(
        acting,
        dossier=dossier,
        kind=kind,
        act=act,
        category=category,
        about=about,
        text=text,
        texts=texts,
        recipients=recipients,
        details=details,
    )


def notify_invitees(acting: Acting, meeting: Meeting, act: Act, invitees: Iterable[Invitee] | None = None) -> None:
    """Notify those invited: the named staff member, or the contact persons of the institution."""
    at_table = list(Invitee.objects.filter(meeting=meeting).exclude(answer=Answer.WITHDRAWN))
    chosen = at_table if invitees is None else list(invitees)
    named = [invitee.staff_id for invitee in chosen if invitee.staff_id]
    institutions = [invitee.institution_id for invitee in chosen if not invitee.staff_id]
    audience = audience_of(meeting.dossier_id) if meeting.dossier_id else Audience()
    contacts = staff_to_notify(
        [pk for pk in institutions if pk != acting.institution_id],
        meeting.region_id or audience.region_id,
        on=acting.today,
        followers=audience.staff_ids,
    )
    notify_staff(acting, staff_ids=[*named, *contacts], act=act, dossier=case_of(meeting))


def notify_convener(acting: Acting, meeting: Meeting, act: Act) -> None:
    """Notify who convened the meeting."""
    notify_staff(acting, staff_ids=[meeting.convened_by_id], act=act, dossier=case_of(meeting))


def titles_of(meeting: Meeting) -> dict[str, str]:
    """Return kind and date of the meeting in each language, for the timeline."""
    label = Kind(meeting.kind).label
    return in_each_language(lambda: ", ".join(part for part in (str(label), day_of(meeting)) if part))


def day_of(meeting: Meeting) -> str:
    """Return date and time of the meeting for the timeline, empty without a date."""
    return f"{timezone.localtime(meeting.starts_at):%d.%m.%Y, %H:%M}" if meeting.starts_at else ""
