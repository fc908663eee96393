"""The services of the bus inspector's case (worked example 1): round table, medical mandate, case management."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import override

from suone.casework.cases.models import Case
from suone.casework.support.models import Service
from suone.casework.support.rules import Kind
from suone.casework.support.services import (
    Order,
    Report,
    complete_service,
    order_service,
    start_service,
    write_medical_report,
)
from suone.organisation.appointments.models import Appointment
from suone.records.dossiers.models import Dossier

Act = Callable[[Appointment, Callable[[Any], Any]], Any]


def play_services(
    act: Act, case: Case, *, coordinator: Appointment, officer: Appointment, manager: Appointment
) -> None:
    """The round table orders a medical mandate; its report finds no incapacity; a case management is set up."""
    round_table = _order(act, case, coordinator, Order(Kind.ROUND_TABLE, coordinator, _EMPLOYABILITY))
    act(coordinator, lambda acting: complete_service(acting, service=round_table, result=_RECOMMENDATION))
    mandate = _order(act, case, coordinator, Order(Kind.MEDICAL_MANDATE, officer, _FITNESS))
    with_report = override("fr")  # the language of the case, which is not the officer's own
    act(officer, with_report(lambda acting: write_medical_report(acting, service=mandate, report=_REPORT)))
    management = _order(act, case, coordinator, Order(Kind.CASE_MANAGEMENT, manager, _SUPPORT))
    act(coordinator, lambda acting: start_service(acting, service=management))


def _order(act: Act, case: Case, orderer: Appointment, order: Order) -> Service:
    service: Service = act(
        orderer, lambda acting: order_service(acting, dossier=Dossier.objects.get(pk=case.pk), order=order)
    )
    return service


_EMPLOYABILITY = (
    "Quelle employabilité pendant les vacances scolaires\u202f? Un second emploi mettrait-il le poste en danger\u202f?"
)
_RECOMMENDATION = (
    "L’employabilité pendant les vacances scolaires a été examinée. L’état de santé reste à clarifier à fond\u202f:"
    " la table ronde demande un mandat médical CII."
)
_FITNESS = "Dans quelle mesure et avec quelles limitations peut-elle travailler\u202f?"
_REPORT = Report(
    findings="Lombalgies chroniques sans déficit neurologique, examen clinique sans particularité.",
    consequences="Aucun motif objectif d’incapacité de travail dans une activité adaptée.",
    restrictions="Pas de port de charges de plus de 15 kg\u202f; alterner les positions assise et debout.",
    capacity_percent=100,
)
_SUPPORT = "Coordonner les institutions et établir avec elles le plan d’intégration."
