"""Notifying a case on: from the institution that received it to the IIZ office, the same case with what is written in it."""

from django.utils.translation import gettext as _

from suone.casework.cases.models import Case
from suone.casework.cases.rules import State
from suone.casework.cases.services import join
from suone.casework.leading import rules
from suone.casework.leading.acts import Act
from suone.casework.leading.facts import facts_of
from suone.casework.leading.queries import office_reads, procedure_of_office
from suone.casework.leading.services.course import begin, move_over
from suone.casework.leading.services.procedure import follow_procedure
from suone.casework.leading.services.shared import PartiesOfCase, lock_case_to_lead
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.organisation.institutions.queries import iiz_office
from suone.records.dossiers.services import call, end_unfounded_grants, record_event
from suone.records.inbox.services import notify_institutions


def notify_on(acting: Acting, *, case: Case) -> None:
    """Notify a complex case on to the IIZ office: it begins there under the office's procedure, and the office triages it.

    The institution that received it goes on taking part. Raises ``Refused`` for all but that institution, for a suspended case,
    while the level is not complex, without a consent that names the office, and where the office has no procedure for complex
    cases.
    """
    case, course = lock_case_to_lead(acting, case.pk)
    dossier, office = case.dossier, iiz_office()
    rules.check_can_notify_on(
        is_receiver=dossier.receiver_id == acting.institution_id,
        state=State(case.state),
        level=case.level,
        office_reads=office_reads(dossier),
    )
    version = procedure_of_office(case, on=acting.today)
    if version is None:
        raise Refused(_("No procedure of the IIZ office for complex cases is in force: ask the office to publish one."))
    join(acting, dossier=dossier, institution_id=acting.own_institution_id, staff_id=acting.own_staff_id)
    call("leading_notify_on", dossier.pk)
    dossier.receiver = None
    record_event(
        acting, dossier=dossier, kind=RecordKind.DISCLOSE, act=Act.NOTIFIED_ON, text=office.name, recipients=[office.pk]
    )
    start = version.procedure.start
    facts, parties = facts_of(acting, case, start), PartiesOfCase(case)
    if course is None:
        begin(acting, dossier=dossier, version=version, facts=facts, parties=parties)
    else:
        move_over(
            acting,
            dossier=dossier,
            course=course,
            version=version,
            phase=start.id,
            facts=facts,
            parties=parties,
            begins_round=True,
        )
    # It begins anew, whatever it was: the office triages or rejects it like any other notification.
    Case.objects.filter(pk=case.pk).update(state=State.NOTIFIED, state_since=acting.today)
    follow_procedure(acting, dossier=dossier)
    notify_institutions(
        acting, institution_ids=[office.pk], act=Act.NOTIFIED_ON, dossier=dossier, region_id=case.region_id
    )
    end_unfounded_grants(acting, dossier=dossier)
