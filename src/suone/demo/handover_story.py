"""Simple cases: one hand-over is pending, one accepted, one declined; and what the first-contact office was asked."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from suone.canton.procedures.facts import Fact, Scalar
from suone.casework.advice.services import give_advice
from suone.casework.handovers import services
from suone.casework.handovers.rules import Answers, Direction
from suone.casework.handovers.services import Proposal
from suone.casework.leading.services import Particulars
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Region
from suone.records.dossiers.rules import Birth


def play_handovers(
    act: Any,
    entries: list[dict[str, Any]],
    persons: dict[str, Any],
    staff: dict[str, Appointment],
    regions: dict[str, Region],
) -> None:
    """Each proposed by its sender in one go, then answered as the cast has it."""
    for entry in entries:
        sender, receiver = staff[entry["sender"]], staff[entry["receiver"]]
        of = _particulars(persons[entry["person"]], regions)
        proposal = _proposal(sender, receiver, entry)
        handover = act(
            sender,
            lambda acting, of=of, proposal=proposal: services.propose_for_person(acting, of=of, proposal=proposal),
        )
        if entry.get("answer") == "accepted":
            act(receiver, lambda acting, asked=handover.decision: services.accept_handover(acting, decision=asked))
        elif entry.get("answer") == "declined":
            reason = entry["reason"]
            act(
                receiver,
                lambda acting, asked=handover.decision, reason=reason: services.decline_handover(
                    acting, decision=asked, reason=reason
                ),
            )


def _particulars(person: dict[str, Any], regions: dict[str, Region]) -> Particulars:
    return Particulars(
        ahv_number=person["ahv_number"],
        last_name=person["last_name"],
        first_name=person["first_name"],
        date_of_birth=Birth.on(person["date_of_birth"]),
        language=person["language"],
        region=regions[person["region"]],
    )


def _proposal(sender: Appointment, receiver: Appointment, entry: dict[str, Any]) -> Proposal:
    facts: dict[Fact, Scalar] = {}
    answers = Answers(Direction.HANDS_OVER, sender.institution.kind, receiver.institution.kind)
    if answers.between == "bip_rav":
        facts |= {Fact.FIT_FOR_WORK: True, Fact.JOBLESS_REFUGEE: True, Fact.RAV_REGISTRATION: True}
    return Proposal(
        answers=answers,
        receiver=receiver.institution,
        due_on=timezone.localdate() + timedelta(days=10),
        agrees=True,
        message=entry["message"],
        facts=facts,
    )


# Who asked, about what, for how many minutes, how many days ago; somebody stays unnamed.
_ADVICE: tuple[dict[str, Any], ...] = (
    {
        "asker": "employer", "topic": "job_at_risk", "minutes": 15, "days": 40, "last_name": "Schreinerei Holzhaus AG",
        "note": "Ein Mitarbeiter fällt seit Wochen immer wieder aus. Auf die IV-Früherfassung und das Gespräch zu dritt hingewiesen.",
    },
    {
        "asker": "citizen", "topic": "benefits", "minutes": 10, "days": 20, "is_anonymous": True,
        "note": "Ausgesteuert, wohin nun? Sozialhilfe des Wohnorts und RAV ohne Taggeld erklärt.",
    },
    {
        "asker": "physician", "topic": "health_and_work", "minutes": 20, "days": 6, "channel": "mail", "last_name": "Praxis am Bahnhof",
        "note": "Wer organisiert einen Arbeitsversuch? Ansprechperson der IV genannt.",
    },
    {
        "asker": "citizen", "topic": "work", "minutes": 25, "days": 1, "channel": "counter", "first_name": "Elena",
        "last_name": "Karlen", "contact": "027 555 90 29", "category": DataCategory.EMPLOYMENT,
        "note": "Nach langer Pause zurück ins Büro; möchte eine Übergabe ans RAV.",
    },
)  # fmt: skip


def play_advice(act: Any, adviser: Appointment, region: Region) -> None:
    """What the office was asked in the last weeks."""

    def give(acting: Acting, entry: dict[str, Any]) -> None:
        advice: dict[str, Any] = {"channel": "phone", "region": region} | {
            key: value for key, value in entry.items() if key != "days"
        }
        give_advice(acting, on=acting.today - timedelta(days=entry["days"]), **advice)

    for entry in _ADVICE:
        act(adviser, lambda acting, entry=entry: give(acting, entry))
