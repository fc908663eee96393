"""Whom a valid consent names and nobody has asked yet: typed once in the consent, and carried into what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from suone.casework.cases.models import Case, Participant
from suone.casework.cases.services import ask_to_take_part
from suone.ground.access.acting import Acting
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.queries import institutions_of_leavers
from suone.organisation.institutions.models import Institution
from suone.records.consents.models import ConsentRecipient
from suone.records.consents.queries import valid_consents
from suone.records.dossiers.queries import receiver_of


@dataclass(frozen=True, slots=True)
class Named:
    """An institution as consents name it: as a whole, or through one person there alone."""

    institution: Institution
    staff: Appointment | None = None

    @property
    def label(self) -> str:
        return f"{self.institution.name} ({self.staff.full_name})" if self.staff else self.institution.name


def named_and_not_asked(acting: Acting, case: Case) -> list[Named]:
    """List the institutions that valid consents name and that neither take part, were asked, nor receive the case.

    Whoever declined or left is not among them: somebody decides anew whether to ask again.
    """
    lines = ConsentRecipient.objects.filter(consent__in=valid_consents(acting).filter(dossier_id=case.pk))
    lines = lines.exclude(categories=0).select_related("institution", "staff").order_by("institution__code", "pk")
    around = set(Participant.objects.filter(dossier_id=case.pk).values_list("institution_id", flat=True))
    around |= {acting.own_institution_id, receiver_of(case.dossier).pk}
    found: dict[int, tuple[Institution, dict[int | None, Appointment | None]]] = {}
    for line in lines:
        if line.institution_id not in around:
            found.setdefault(line.institution_id, (line.institution, {}))[1][line.staff_id] = line.staff
    left = institutions_of_leavers([pk for _one, named in found.values() for pk in named if pk], on=acting.today)
    return [
        Named(institution, next(iter(named.values())) if len(named) == 1 and not left.keys() & named.keys() else None)
        for institution, named in found.values()
    ]


def ask_together(acting: Acting, *, case: Case, asked: Sequence[Named], due_on: date, question: str) -> None:
    """Ask several institutions to take part, each as the consent names it; ``Refused`` for one of them undoes all."""
    for one in asked:
        ask_to_take_part(
            acting, case=case, institution=one.institution, staff=one.staff, due_on=due_on, question=question
        )
