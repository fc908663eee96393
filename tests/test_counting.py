"""What figures are made of: every table of a case, in columns that name nobody and say nothing in words, for jobs alone."""

from collections import defaultdict
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from suone.casework.cases.rules import NoteKind
from suone.casework.cases.services import write_note
from suone.casework.handovers.tests.factories import propose, publish_handovers
from suone.casework.leading.tests.factories import activate, do
from suone.casework.meetings.tests.factories import convene
from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as, counting
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db

MODELS = {
    model._meta.db_table: model
    for model in apps.get_models(include_auto_created=True)
    if model.__module__.startswith("suone.")
}
# Tables of a case from which no figure is made, and why.
NOT_COUNTED = {
    "dossiers_grant": "access is verified, not counted; who may read follows from consents and hand-overs",
    "dossiers_event": "the timeline repeats what the tables of the acts say",
    "dossiers_visit": "who looked when is for the log",
    "dossiers_particulars": "who somebody is",
    "dossiers_othername": "who somebody is",
    "dossiers_contactdetail": "who somebody is",
    "dossiers_nameentry": "who somebody is",
    "dossiers_residence": "permit and status: no indicator asks for them yet",
    "representation_representative": "who somebody's parents and guardians are",
    "persons_number": "AHV numbers",
    "documents_document": "files",
    "cases_background": "questions and risk factors: what was typed",
    "decisions_requesttext": "what was asked and answered in words",
    "leading_factremark": "remarks in words",
    "plans_signername": "names of those who signed for somebody",
    "corrections_correction": "particulars that are offered to another file",
    "inbox_message": "messages to colleagues",
    "entrances_draft": "what somebody is typing",
    "audit_entry": "the log has questions of its own",
    "assessments_sectionanswers": "answers of persons",
    "assessments_line": "answers of persons, item by item",
    "assessments_score": "points and proposals; how many were finished and decided, the assessments say",
    "support_servicetext": "texts, medical findings too",
    "meetings_dateproposal": "how a date was found",
    "meetings_guest": "names of guests",
    "meetings_agendapoint": "titles",
    "meetings_entry": "what was said",
    "meetings_reason": "reasons in words",
    "handovers_cooperationnotice": "for giver and receiver alone",
    "handovers_adviser": "whom the person names",
}
# Words of fixed lists that are kept as text: codes of procedures, instruments, laws, roles.
CODES = {
    "decisions_decision.kind", "handovers_handover.basis", "consents_disclosure.basis", "workitems_workitem.settled_by",
    "workitems_workitem.step", "leading_course.phase", "leading_passage.from_phase", "leading_passage.to_phase",
    "leading_knownfact.fact", "procedures_procedureversion.identifier", "procedures_procedureversion.version",
    "procedures_procedureversion.canton", "instruments_instrumentversion.identifier",
    "instruments_instrumentversion.version", "assessments_assessment.instrument", "leading_triage.instrument",
    "leading_triage.instrument_version", "institutions_institution.code", "institutions_region.code",
}  # fmt: skip
# Personal all the same: the outcome of a service, one word of a fixed list, is what its figures are about.
PERSONAL = {"support_service.outcome"}


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    publish_handovers()
    case = activate(cast)
    propose(cast)
    convene(cast, case)
    for category in (DataCategory.EMPLOYMENT, DataCategory.HEALTH):
        do(cast.worker, write_note, dossier=case.dossier, text="said", category=category, kind=NoteKind.NOTE)
    return cast


def _columns() -> dict[str, list[str]]:
    """What the reporting role may read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.column_privileges"
            " WHERE grantee = 'suone_report' AND table_schema = 'public' AND privilege_type = 'SELECT' ORDER BY 1, 2"
        )
        found = defaultdict(list)
        for table, column in cursor.fetchall():
            found[table].append(column)
    return found


def _count(table: str, columns: list[str]) -> int:
    with connection.cursor() as cursor:
        named = ", ".join(f'"{column}"' for column in columns)
        cursor.execute(f"SELECT {named} FROM {table}")
        return len(cursor.fetchall())


def test_every_table_of_a_case_is_counted_or_says_why_not(db: None) -> None:
    of_a_case = {
        table for table, model in MODELS.items() if any(field.column == "dossier_id" for field in model._meta.fields)
    }

    assert of_a_case - set(_columns()) == NOT_COUNTED.keys() & of_a_case, (
        "Grant columns of the table to suone_report in casepage/sql/counted.sql, or name it in NOT_COUNTED with the reason."
    )
    assert set(_columns()) & NOT_COUNTED.keys() == set()


def test_no_column_names_anybody_or_says_anything_in_words(db: None) -> None:
    wrong = []
    for table, columns in _columns().items():
        fields: dict[str, Any] = {field.column: field for field in MODELS[table]._meta.concrete_fields}
        personal = set(getattr(MODELS[table], "personal_data", ()))
        for column in columns:
            field, place = fields[column], f"{table}.{column}"
            names = isinstance(field, models.ForeignKey) and field.related_model.__name__ in (
                "Appointment",
                "User",
                "Person",
            )
            in_words = isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices
            if names or (field.name in personal and place not in PERSONAL) or (in_words and place not in CODES):
                wrong.append(place)

    assert wrong == [], "Figures are made without names and texts: take these columns out of counted.sql."


def test_a_job_counts_all_rows_of_each_and_nobody_else_any(cast: Cast) -> None:
    columns = _columns()
    kept = {table: MODELS[table]._default_manager.count() for table in columns}

    with acting_as(acting_for_job("figures")), counting():
        counted = {table: _count(table, named) for table, named in columns.items()}
    with acting_as(acting(cast.coordinator)), counting():
        by_staff = {table: _count(table, named) for table, named in columns.items()}

    assert counted == kept
    assert sum(1 for number in kept.values() if number) > 15
    assert set(by_staff.values()) == {0}
