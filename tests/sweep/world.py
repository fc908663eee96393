"""The demo canton with a canary in every text about a person, and outsiders of every role."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from suone.canton.instruments.queries import version_in_force
from suone.canton.procedures.models import ProcedureVersion
from suone.casework.advice.models import Advice
from suone.casework.assessments.models import Assessment, SectionAnswers
from suone.casework.cases.models import Background, Case, Draft, Note, Participant, ParticipantState
from suone.casework.corrections.models import Correction
from suone.casework.handovers.models import Adviser, CooperationNotice, Handover
from suone.casework.leading.models import FactRemark, KnownFact, LevelChange
from suone.casework.meetings.models import AgendaPoint, Guest, Invitee, Meeting
from suone.casework.meetings.models import Entry as MinutesEntry
from suone.casework.meetings.models import Reason as MeetingReason
from suone.casework.plans.models import Entry as PlanEntry
from suone.casework.plans.models import Measure, Plan, Signature, SignerName
from suone.casework.support.models import Service, ServiceText
from suone.casework.youth.models import Notice
from suone.demo.seed import fill_in
from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.models import User
from suone.ground.access.permissions import STAFF_ROLES, Role
from suone.ground.mail.models import Mail
from suone.organisation.appointments.acting import acting_of
from suone.organisation.appointments.models import Absence, Appointment, ContactPerson, HeldRole, PartnerSystem
from suone.organisation.appointments.services import create_partner_system
from suone.organisation.appointments.tests.factories import give
from suone.organisation.institutions.models import Institution, Region
from suone.organisation.signin.models import FactorReset
from suone.records.consents.models import Consent, ConsentRecipient, Disclosure
from suone.records.decisions.models import Decision, RequestText
from suone.records.documents.models import Document
from suone.records.dossiers.models import Dossier, Doubt, OtherName, Particulars, Residence
from suone.records.persons.models import Joining, Number, Person
from suone.records.representation.models import Representative
from suone.records.workitems.models import WorkItem
from suone.register.server import epochs
from suone.register.server import services as register
from suone.register.server.models import Alert

# A canary names its object: found in an answer, it says what leaked.
_CANARIES = {
    "dossiers_particulars": ("last_name", "first_name", "commune"),
    "dossiers_contactdetail": ("value",),
    "dossiers_othername": ("name",),
    "persons_number": ("reason",),
    "dossiers_event": ("text",),
    "cases_background": ("text",),
    "cases_note": ("text",),
    "leading_triage": ("reason",),
    "workitems_workitem": ("title", "details", "reason"),
    "documents_document": ("title", "file_name"),
    "consents_consent": ("purpose", "signed_at_place"),
    "consents_disclosure": ("purpose",),
    "decisions_requesttext": ("text",),
    "persons_joining": ("reason",),
    "support_servicetext": ("text",),
    "leading_passage": ("reason",),
    "leading_factremark": ("text",),
    "plans_entry": ("text",),
    "plans_measure": ("title", "payer_text", "result"),
    "plans_signername": ("name",),
    "handovers_handover": ("message",),
    "handovers_cooperationnotice": ("measure", "text"),
    "handovers_adviser": ("name", "workplace_text"),
    "leading_levelchange": ("reason",),
    "advice_advice": ("first_name", "last_name", "contact", "note"),
    "youth_notice": ("first_name", "last_name", "contact", "concern"),
    "assessments_score": ("reason",),
    "meetings_reason": ("text",),
    "meetings_guest": ("name", "function"),
    "meetings_agendapoint": ("title",),
    "meetings_entry": ("text",),
    "register_alert": ("reference",),
}
_KEYS = {"leading_factremark": "fact_id", "plans_signername": "signature_id", "dossiers_particulars": "dossier_id", "leading_course": "dossier_id",
         "assessments_score": "assessment_id"}  # fmt: skip


@dataclass
class World:
    """Foreign objects by the parameter that names them: for each foreign case one of every kind."""

    objects: list[dict[str, int | str]] = field(default_factory=list)
    visitors: dict[str, User | None] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)  # of visitors that are no people but systems


def build() -> World:
    """Fill in the canton, give every foreign case one object of each kind, then hang a canary on every text."""
    fill_in()
    _open_more(3)
    world = World()
    for dossier in Dossier.objects.order_by("pk"):
        world.objects.append(_objects_of(dossier))
    _open_the_register()
    _hang_canaries()
    world.visitors = _visitors()
    world.keys = {Role.PARTNER_SYSTEM: _key_of_a_stranger()}
    return world


def _open_the_register() -> None:
    """It is open, everybody takes part, and one institution follows the persons of all cases."""
    epochs.open_epoch(using="default")
    job = acting_for_job("sweep")
    with acting_as(job):
        for institution in Institution.objects.order_by("pk"):
            register.enrol(
                job, institution=institution, legal_basis="basis", responsible=None, began_on=timezone.localdate()
            )
    follower = Appointment.objects.filter(held_roles__role=Role.FRONT_LINE_WORKER, institution__code="SMZ").first()
    assert follower is not None
    acting = acting_of(follower)
    with acting_as(acting):
        for number in Number.objects.exclude(digits=None).values_list("digits", flat=True).distinct():
            followed = register.Registering(
                str(number), timezone.localdate(), reference=f"canary-reference-{number[-4:]}"
            )
            register.register_person(acting, registering=followed)


def canary_tables() -> list[str]:
    """The tables whose texts carry a canary."""
    return list(_CANARIES)


def key_of(table: str) -> str:
    """The column that a canary of this table names its row by."""
    return _KEYS.get(table, "id")


def word_of(table: str) -> str:
    """The word by which its canaries are recognised; no two tables have the same."""
    return "minutes" if table == "meetings_entry" else table.split("_")[1]


def fingerprint(earlier: dict[str, tuple[int, str]] | None = None) -> dict[str, tuple[int, str]]:
    """What the strangers may not have changed: for each table its last row, and a hash over all up to there.

    ``earlier`` names the last rows to look at; what a stranger kept later is their own.
    """
    tables = [*_CANARIES, "decisions_decision", "dossiers_dossier", "dossiers_grant", "consents_consentrecipient", "cases_participant",
              "cases_assignment", "cases_draft", "dossiers_doubt", "leading_course", "support_service",
              "plans_plan", "meetings_meeting", "assessments_sectionanswers", "assessments_line",
              "meetings_dateproposal", "meetings_dateanswer"]  # fmt: skip
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            key = _KEYS.get(table, "id")
            cursor.execute(f"SELECT coalesce(max({key}), 0) FROM {table}")
            last = earlier[table][0] if earlier else cursor.fetchone()[0]
            cursor.execute(f"SELECT md5(string_agg(t::text, ',' ORDER BY {key})) FROM {table} t WHERE {key} <= {last}")
            found[table] = (last, cursor.fetchone()[0])
    return found


def payload(objects: dict[str, int | str]) -> dict[str, Any]:
    """What a stranger may type: valid words, and the numbers of foreign objects wherever one fits."""
    institution, staff = (
        Institution.objects.get(code="Suva").pk,
        Appointment.objects.filter(institution__code="Suva")[0].pk,
    )
    day = timezone.localdate() + timedelta(days=30)
    return {
        "version": "1", "text": "words", "reason": "A reason in a full sentence", "category": "1", "kind": "note",
        "title": "words", "details": "words", "due_on": day, "until": day, "addressed": institution, "staff": staff,
        "assigned": staff, "institution": institution, "recipient": institution, "question": "words", "purpose": "words",
        "categories": "1", "answer": "accept", "words": "canary", "q": "canary", "item": objects["item_id"],
        "what": "done", "number": "2026-9999", "level": "complex", "outcome": "none", "closing_reason": "other",
        "dossier": objects["dossier_id"], "dossier_id": objects["dossier_id"], "draft": objects["draft_id"],
        "starts_at": f"{day}T10:00", "proposal_1": f"{day}T10:00", "answer_until": day, "minutes": "60", "name": "words",
        "decision": objects["decision_id"], "last_name": "words", "first_name": "words", "kept": "known",
        "result": "words", "findings": "words", "consequences": "words",
        "receiver": institution, "follows": "they", "is_direct": "yes", "message": "words", "agrees": "on", "send": "1",
        "basis": "consent", "way": "network:", "asker": "citizen", "topic": "work", "channel": "phone", "on": day,
        "alert": objects["alert_id"], "band": "yes", "item_observed": "words",
    }  # fmt: skip


def question(objects: dict[str, int | str]) -> dict[str, Any]:
    """What a stranger may write behind an address."""
    return {
        "q": "canary", "before": 10**9, "of": 1, "state": "", "region": 1, "person": objects["person_id"],
        "dossier": objects["dossier_id"], "dossier_id": objects["dossier_id"], "draft": objects["draft_id"], "show": "all",
        "whose": "all", "alert": objects["alert_id"],
    }  # fmt: skip


def _objects_of(dossier: Dossier) -> dict[str, int | str]:
    giver = Institution.objects.get(code="SMZ")
    author = Appointment.objects.filter(institution=giver)[0]
    today = timezone.localdate()
    away = date(2030, 1, 1) + timedelta(days=dossier.pk)
    consent = Consent.objects.create(
        dossier=dossier, purpose="purpose", valid_from=today, valid_until=today, signed_on=today, language="de",
        template_version="1", signature_form="paper", recorded_by=author, recorded_institution=giver,
    )  # fmt: skip
    recipient = ConsentRecipient.objects.create(
        consent=consent, dossier=dossier, institution=giver, signed_categories=1, categories=1
    )
    other = _file_of_somebody(f"other-{dossier.pk}")
    OtherName.objects.create(dossier=dossier, kind="former", name="former")
    disclosure = Disclosure.objects.create(
        dossier=dossier, basis="avig-85f-3", purpose="purpose", form="oral", giver=giver, giver_staff=author,
        recipient=Institution.objects.get(code="RAV"), categories=1,
    )  # fmt: skip
    decision = Decision.objects.create(
        dossier=dossier, case_number=dossier.number, kind="participation", asked_institution=giver, asked_by=author,
        addressed=Institution.objects.get(code="BSL"), due_on=today, remind_on=today,
    )  # fmt: skip
    RequestText.objects.create(dossier=dossier, decision=decision, part="question", text="question", staff=author)
    for kind in ("question", "state_reason"):
        Background.objects.create(dossier=dossier, kind=kind, category=DataCategory.EMPLOYMENT, staff=author)
    participant = Participant.objects.create(
        dossier=dossier, institution=Institution.objects.get(code="KIB"), state=ParticipantState.ASKED, decision=decision,
        since=today,
    )  # fmt: skip
    note = Note.objects.create(
        dossier=dossier, category=DataCategory.FINANCES, text="text", language="de", staff=author, institution=giver
    )
    item = WorkItem.objects.create(
        dossier=dossier, title="title", language="de", due_on=today, addressed=giver, controlling=giver
    )
    service = Service.objects.create(
        dossier=dossier, kind="round_table", ordered_on=today, ordered_by=author, ordering_institution=giver,
        institution=giver, staff=author,
    )  # fmt: skip
    ServiceText.objects.create(
        dossier=dossier, service=service, part="question", category=DataCategory.EMPLOYMENT, text="text",
        language="de", staff=author, institution=giver,
    )  # fmt: skip
    document = Document.objects.create(
        dossier=dossier, category=DataCategory.FINANCES, title="title", language="de", file_name="file.pdf",
        media_type="application/pdf", size=1, pages=1, sha256="0" * 64, stored_as=f"none-{dossier.pk}", kept_by=author, kept_institution=giver,
    )  # fmt: skip
    meeting = Meeting.objects.create(
        dossier=dossier, case_number=dossier.number, kind="round_table", convening=giver, convened_by=author
    )
    seat = {"meeting": meeting, "dossier": dossier, "institution": giver}
    invitee = Invitee.objects.create(**seat, staff=author)
    guest = Guest.objects.create(
        **seat, name="name", invited_by=author, token_hash=f"hash-{dossier.pk}", valid_until=timezone.now()
    )
    MeetingReason.objects.create(**seat, staff=author, part="cancelled", text="text")
    point = AgendaPoint.objects.create(**seat, position=1, title="title", language="de", staff=author)
    entry = MinutesEntry.objects.create(
        **seat, kind="contribution", category=DataCategory.FINANCES, text="text", staff=author
    )
    fact = KnownFact.objects.create(
        dossier=dossier, fact="health_attested", value=True, is_stated=True, staff=author, institution=giver
    )
    FactRemark.objects.create(fact=fact, dossier=dossier, category=DataCategory.FINANCES, text="text", staff=author)
    plan = Plan.objects.create(
        dossier=dossier, kind="target_agreement", number=1, state="draft", round=1, language="de", begun_by=author,
        put_up_on=today, put_up_by=author,
    )  # fmt: skip
    signature = Signature.objects.create(plan=plan, dossier=dossier, round=1, institution=giver)
    SignerName.objects.create(signature=signature, dossier=dossier, name="name", staff=author)
    row = {"plan": plan, "dossier": dossier, "category": DataCategory.FINANCES, "language": "de"}
    asked = Decision.objects.create(
        dossier=dossier, case_number=dossier.number, kind="handover", asked_institution=giver, asked_by=author,
        addressed=Institution.objects.get(code="BSL"), due_on=today, remind_on=today,
    )  # fmt: skip
    handover = Handover.objects.create(
        dossier=dossier, decision=asked, sender=giver, sender_staff=author, receiver=asked.addressed, constellation="1",
        between="other", category=DataCategory.FINANCES, message="message", language="de", basis="hand-over",
        categories=1, proposed_on=today,
    )  # fmt: skip
    CooperationNotice.objects.create(
        dossier=dossier, kind="missed", measure="measure", text="text", language="de", giver=giver, giver_staff=author,
        receiver=asked.addressed, receiver_staff=author,
    )  # fmt: skip
    adviser = Adviser.objects.create(
        dossier=dossier, name="name", workplace_text="workplace", staff=author, institution=giver
    )
    LevelChange.objects.create(
        dossier=dossier, from_level="", to_level="simple", reason="reason", on=today, staff=author, institution=giver
    )
    advice = Advice.objects.create(
        institution=giver, staff=author, on=today, asker="citizen", topic="work", language="de"
    )
    notice = Notice.objects.create(
        receiver=giver, institution=asked.addressed, staff=author, last_name="x", language="de", law="law",
        kept_until=today,
    )  # fmt: skip
    alert = Alert.objects.create(
        institution=giver, reference="reference", since=today, other_institution=asked.addressed, other_since=today,
        at=timezone.now(),
    )  # fmt: skip
    assessment = Assessment.objects.create(
        dossier=dossier, instrument="practice-assessment", version=version_in_force("practice-assessment"), number=9,
        category=DataCategory.EMPLOYMENT, started_by=author, institution=giver, saved_sections=["together"],
    )  # fmt: skip
    SectionAnswers.objects.create(
        dossier=dossier, assessment=assessment, section="together", category=DataCategory.EMPLOYMENT,
        answers={"observed": f"canary-section-{dossier.pk}"}, language="de", saved_by=author,
    )  # fmt: skip
    return {
        "alert_id": alert.pk,
        "handover_id": handover.pk,
        "adviser_id": adviser.pk,
        "assessment_id": assessment.pk,
        "section": "together",
        "instrument": "practice-assessment",
        "form": "csv",
        "advice_id": advice.pk,
        "notice_id": notice.pk,
        "mail_id": Mail.objects.create(
            kind="digest", address="worker@example.org", language="de", state="refused", expires_at=timezone.now()
        ).pk,
        "institution_id": giver.pk,
        "staff_id": author.pk,
        "system_id": _system(giver, author),
        "contact_id": ContactPerson.objects.filter(institution=giver)[0].pk,
        "held_id": HeldRole.objects.filter(appointment__institution=giver)[0].pk,
        "dossier_id": dossier.pk,
        "plan_id": plan.pk,
        "plan_entry_id": PlanEntry.objects.create(kind="goal", text="text", **row).pk,
        "measure_id": Measure.objects.create(title="title", institution=giver, **row).pk,
        "signature_id": signature.pk,
        "version_id": ProcedureVersion.objects.all()[0].pk,
        "phase": "implementation",
        "fact": "health_attested",
        "fact_id": fact.pk,
        "person_id": dossier.person_id,
        "consent_id": consent.pk,
        "recipient_id": recipient.pk,
        "disclosure_id": disclosure.pk,
        "decision_id": decision.pk,
        "handover_decision_id": asked.pk,
        "participant_id": participant.pk,
        "note_id": note.pk,
        "item_id": item.pk,
        "service_id": service.pk,
        "offer": "medical_mandate",
        "document_id": document.pk,
        "page": 1,
        "draft_id": Draft.objects.create(staff=author, data={"last_name": f"canary-draft-{dossier.pk}"}).pk,
        "representative_id": Representative.objects.create(
            dossier=dossier, kind="guardian", name="words", decided_by="words", valid_from=away, recorded_by=author
        ).pk,
        "correction_id": Correction.objects.create(
            dossier=dossier, offered={"last_name": "words"}, institution=author.institution, offered_by=author
        ).pk,
        "doubt_id": Doubt.objects.create(one=dossier, other=other, because="likeness").pk,
        "joining_id": Joining.objects.create(kept=dossier.person, joined=other.person, reason="reason").pk,
        "meeting_id": meeting.pk,
        "invitee_id": invitee.pk,
        "guest_id": guest.pk,
        "point_id": point.pk,
        "meeting_entry_id": entry.pk,
        "token": "forged",
        "secret": "forged",
        "reset_id": _factor_reset(author),
        "delivery_id": dossier.pk,
        "number": 1,
        "absence_id": Absence.objects.create(staff=author, first_day=away, last_day=away).pk,
        "entry_id": Institution.objects.get(code="Suva").pk,
        "kind": "institution",
        "basis": "avig-85f-3",
    }


def _open_more(count: int) -> None:
    """Cases beside those of the demo, in which nothing has happened yet."""
    notifier = Institution.objects.get(code="SMZ")
    author = Appointment.objects.filter(institution=notifier)[0]
    for number in range(count):
        dossier = _file_of_somebody(f"more-{number}")
        Case.objects.create(
            dossier=dossier, state_since=timezone.localdate(), region=Region.objects.all()[0], notifier=notifier,
            notified_by=author,
        )  # fmt: skip


def _file_of_somebody(number: str) -> Dossier:
    """A case file of which nothing is known but that it is there."""
    dossier = Dossier.objects.create(number=number, person=Person.objects.create())
    Particulars.objects.create(dossier=dossier, last_name="x", first_name="x", language="fr")
    Residence.objects.create(dossier=dossier)
    return dossier


def _hang_canaries() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE advice_advice SET is_anonymous = false")  # so that each carries a canary
        for table, columns in _CANARIES.items():
            key, word = _KEYS.get(table, "id"), word_of(table)
            texts = ", ".join(f"{column} = 'canary-{word}-' || {key}" for column in columns)
            cursor.execute(f"UPDATE {table} SET {texts}")
        cursor.execute("UPDATE dossiers_dossier SET number = 'CNY-' || id")
        # Only now: what is put up for signature takes no canary any more.
        cursor.execute("UPDATE plans_plan SET state = 'in_signing' WHERE round = 1")
        cursor.execute("UPDATE decisions_decision SET case_number = 'CNY-' || dossier_id")
        cursor.execute(
            "UPDATE meetings_meeting SET case_number = 'CNY-' || dossier_id, place = 'canary-meeting-' || id"
            " WHERE dossier_id IS NOT NULL"
        )


def _visitors() -> dict[str, User | None]:
    """A stranger for each role, at an institution that no case knows; somebody without work, and somebody without a log-in."""
    suva = Institution.objects.get(code="Suva")
    visitors: dict[str, User | None] = {}
    for role in STAFF_ROLES:
        user = User.objects.create_user(email=f"{role.value}@example.org", password=None)
        give(Appointment.objects.create(user=user, institution=suva, first_name="A", last_name="Stranger"), role)
        visitors[role.value] = user
    visitors[Role.PARTNER_SYSTEM] = None
    visitors["without work"] = User.objects.create_user(email="idle@example.org", password=None)
    visitors["nobody"] = None
    return visitors


def _key_of_a_stranger() -> str:
    suva = Institution.objects.get(code="Suva")
    return _system_with_key(suva, Appointment.objects.filter(institution=suva)[0])[1]


def _system(institution: Institution, responsible: Appointment) -> int:
    return _system_with_key(institution, responsible)[0].pk


def _system_with_key(institution: Institution, responsible: Appointment) -> tuple[PartnerSystem, str]:
    job = acting_for_job("sweep")
    with acting_as(job):
        return create_partner_system(
            job, institution=institution, name=f"System {PartnerSystem.objects.count()}", responsible=responsible
        )


def _factor_reset(holder: Appointment) -> int:
    """A request about this one's second factor that was declined."""
    whose, asker = (User.objects.get_or_create(email=f"{name}@example.org")[0] for name in ("whose", "asker"))
    return FactorReset.objects.create(
        institution_id=holder.institution_id, holder=holder, holder_account=whose, asked_by=holder,
        asked_account=asker, decided_by=holder, decided_account=asker, decided_at=timezone.now(),
    ).pk  # fmt: skip
