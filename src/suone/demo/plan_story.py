"""The bus inspector's plan, as her case manager drafts it after the round table: two goals, three measures."""

from datetime import timedelta

from suone.casework.plans import services
from suone.casework.plans.rules import EntryKind, Kind
from suone.casework.plans.services import MeasureTerms
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.organisation.institutions.models import Institution, ServiceOffer
from suone.records.dossiers.models import Dossier

_WRITTEN = (
    (
        EntryKind.SITUATION,
        DataCategory.EMPLOYMENT,
        "Travaille à 25 % dans le contrôle des bus, sans salaire pendant les vacances scolaires.",
    ),
    (EntryKind.DIFFICULTY, DataCategory.NETWORK, "Vit seule dans une vallée latérale et sort peu."),
    (EntryKind.DIFFICULTY, DataCategory.EMPLOYMENT, "Doit éviter de porter des charges et de rester longtemps debout."),
    (EntryKind.RESOURCE, DataCategory.EMPLOYMENT, "Fiable et appréciée de son employeur."),
    (EntryKind.COMMITMENT, DataCategory.EMPLOYMENT, "Participe à tous les entretiens et signale à temps ses absences."),
)
_KEEP_THE_JOB = "Garder l’emploi actuel et le compléter pendant les vacances scolaires."
_LESS_ALONE = "Avoir chaque semaine un rendez-vous hors de la maison."


def draft_the_plan(acting: Acting, *, dossier: Dossier, institutions: dict[str, Institution]) -> None:
    """Written by the case manager; everybody at the table can read it."""
    day = acting.today
    plan = services.begin_plan(acting, dossier=dossier, kind=Kind.INTEGRATION_PLAN, review_on=day + timedelta(days=90))
    for kind, category, text in _WRITTEN:
        services.add_entry(acting, plan=plan, kind=kind, category=category, text=text)
    job, company = (
        services.add_entry(acting, plan=plan, kind=EntryKind.GOAL, category=category, text=text)
        for category, text in ((DataCategory.EMPLOYMENT, _KEEP_THE_JOB), (DataCategory.NETWORK, _LESS_ALONE))
    )
    for terms in (
        MeasureTerms(
            "Entretiens d’orientation professionnelle",
            institutions["BSL"],
            DataCategory.EDUCATION,
            job.line,
            offer=ServiceOffer.objects.filter(institution=institutions["BSL"]).first(),
            payer=institutions["BSL"],
            from_on=day + timedelta(days=14),
            until_on=day + timedelta(days=75),
        ),
        MeasureTerms(
            "Recherche d’un emploi d’appoint pour les vacances scolaires",
            institutions["RAV"],
            DataCategory.EMPLOYMENT,
            job.line,
            payer=institutions["RAV"],
            from_on=day + timedelta(days=7),
        ),
        MeasureTerms(
            "Accompagnement social et groupe de rencontre",
            institutions["SMZ"],
            DataCategory.NETWORK,
            company.line,
            payer=institutions["SMZ"],
            payer_text="frais de déplacement compris",
            from_on=day + timedelta(days=7),
            until_on=day + timedelta(days=180),
        ),
    ):
        services.add_measure(acting, plan=plan, terms=terms)
