"""Notifying institutions of new overlaps, dealing with alerts, and who is notified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.queries import institutions_of_leavers, staff_to_notify
from suone.organisation.institutions.models import Office
from suone.records.inbox.services import notify_staff
from suone.register.server.acts import Act
from suone.register.server.common_cases import persons_in_common
from suone.register.server.functions import call
from suone.register.server.models import Alert, AlertPreference, AlertRecipients, AlertState
from suone.register.server.tokens import (
    live_epochs,
    stored,
    tokens_here,
)

MOST_ALERTS = 500  # in one transaction


@dataclass(frozen=True, slots=True)
class Notified:
    """How many alerts led to a notification, and whether more may be pending."""

    notified: int
    may_be_more: bool


# ---- alerts


def notify_of_new_overlaps(acting: Acting) -> Notified:
    """Notify both institutions of new overlaps, as a job: whom each office has chosen, at most ``MOST_ALERTS`` at once.

    Alerts between institutions that share a case of the person are only marked as quiet.
    """
    notified = 0
    unsent = call("SELECT alert, epoch, token FROM register.unsent_alerts(%s)", [MOST_ALERTS])
    alerts = {
        alert.pk: alert for alert in Alert.objects.select_related("office").filter(pk__in=[row[0] for row in unsent])
    }
    preferences = {one.office_id: AlertRecipients(one.notifies) for one in AlertPreference.objects.all()}
    together = _on_shared_cases(unsent, alerts)
    for number, _epoch, _token in unsent:
        alert = alerts[number]
        if number in together:
            Alert.objects.filter(pk=number).update(is_quiet=True)
            continue
        staff_ids = _recipients(acting, alert, preferences.get(alert.office_id or 0, AlertRecipients.WORKER))
        notify_staff(acting, staff_ids=staff_ids, act=Act.ALERTED, dossier=None)
        notified += 1
    if unsent:
        record(acting, kind=RecordKind.CHANGE, act=Act.ALERTED, details={"alerts": len(unsent), "notified": notified})
    return Notified(notified, may_be_more=len(unsent) == MOST_ALERTS)


def _on_shared_cases(unsent: Sequence[tuple[int, int, UUID]], alerts: Mapping[int, Alert]) -> set[int]:
    """Of these alerts, those about a person whom both institutions have in a case together."""
    pairs = {frozenset((alert.institution_id, alert.other_institution_id)) for alert in alerts.values()}
    numbers = persons_in_common(pairs)
    known: dict[int, dict[UUID, set[frozenset[int]]]] = {}
    for epoch in live_epochs():
        if any(row[1] == epoch.number for row in unsent) and numbers:
            kept = stored(epoch.number, tokens_here(epoch, list(numbers)))
            known[epoch.number] = dict(zip(kept, numbers.values(), strict=True))
    return {
        number
        for number, epoch_number, token in unsent
        if frozenset((alerts[number].institution_id, alerts[number].other_institution_id))
        in known.get(epoch_number, {}).get(token, set())
    }


def _recipients(acting: Acting, alert: Alert, wish: AlertRecipients) -> list[int]:
    if wish is AlertRecipients.NOBODY:
        return []
    if (
        wish is AlertRecipients.WORKER
        and alert.worker_id
        and not institutions_of_leavers([alert.worker_id], on=acting.today)
    ):
        return [alert.worker_id]
    region_id = alert.office.region_id if alert.office else None
    return staff_to_notify({alert.institution_id}, region_id, on=acting.today)


def answer_alert(acting: Acting, *, alert: Alert, state: AlertState) -> None:
    """Record how an alert was dealt with: already in touch, case notified, or set aside; ``Refused`` for ``NEW``."""
    if state is AlertState.NEW:
        raise Refused(_("Choose what became of it."))
    answered = {"state": state, "answered_at": timezone.now(), "answered_by_id": acting.own_staff_id}
    Alert.objects.filter(pk=alert.pk).update(**answered)
    record(acting, kind=RecordKind.CHANGE, act=Act.ALERT_ANSWERED, about=("alert", alert.pk), details={"state": state})


def set_preference(acting: Acting, *, office: Office, notifies: AlertRecipients) -> None:
    """Set who is notified of new overlaps of an office; ``Refused`` for an office of another institution."""
    if office.institution_id != acting.own_institution_id:
        raise Refused(_("This is an office of another institution."))
    AlertPreference.objects.update_or_create(
        office=office, defaults={"notifies": notifies, "institution_id": office.institution_id}
    )
    record(
        acting,
        kind=RecordKind.CHANGE,
        act=Act.PREFERENCE_SET,
        about=("office", office.pk),
        details={"notifies": notifies},
    )
