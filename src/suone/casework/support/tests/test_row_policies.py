"""Through the policies alone: medical findings reach medical officers with a grant, and never an institution."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.support.models import Service, ServiceText
from suone.casework.support.queries import texts_of
from suone.casework.support.rules import Kind, Part
from suone.casework.support.services import cancel_service
from suone.casework.support.tests.factories import order, reported
from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.acting import Kind as ActingKind
from suone.ground.access.categories import ALL_BUT_HEALTH, ALL_CATEGORIES, DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast, line, sign
from suone.records.dossiers.models import Grant
from suone.records.dossiers.tests.factories import Principal, let_in

TABLES = [Service, ServiceText]
FOR_PARTNERS = {Part.QUESTION, Part.CONSEQUENCES, Part.RESTRICTIONS}


@kept
def service(cast: Cast, active: Case) -> Service:
    """A medical mandate with its report."""
    return reported(cast, active)


def parts_seen(who: Acting) -> set[str]:
    with acting_as(who):
        return set(ServiceText.objects.values_list("part", flat=True))


def test_lead_notifier_and_partner_read_the_consequences_and_no_findings(cast: Cast, service: Service) -> None:
    for staff in (cast.coordinator, cast.worker, cast.adviser):
        assert parts_seen(acting(staff)) == FOR_PARTNERS


def test_the_medical_officer_reads_the_findings_too(cast: Cast, service: Service) -> None:
    assert parts_seen(acting(cast.physician)) == FOR_PARTNERS | {Part.FINDINGS}


def test_no_grant_opens_the_findings_to_an_institution(cast: Cast, service: Service) -> None:
    sign(cast.coordinator, service.dossier, line(cast.stranger, ALL_BUT_HEALTH))
    assert parts_seen(acting(cast.stranger)) == FOR_PARTNERS

    institution = Principal(institution_id=cast.stranger.institution_id)
    with pytest.raises(IntegrityError, match="grant_health_to_staff_only"), transaction.atomic():
        let_in(cast.coordinator, service.dossier, institution, categories=ALL_CATEGORIES)
    with pytest.raises(IntegrityError, match="grant_health_to_staff_only"), transaction.atomic():
        Grant.objects.filter(institution__isnull=False).update(categories=ALL_CATEGORIES)


def test_a_partner_without_employment_reads_no_consequences(cast: Cast, service: Service) -> None:
    sign(cast.coordinator, service.dossier, line(cast.stranger, DataCategory.FINANCES.bit))

    assert parts_seen(acting(cast.stranger)) == set()
    with acting_as(acting(cast.stranger)):
        assert Service.objects.count() == 0  # nor that there is a mandate


def test_the_applications_filter_reads_what_the_policies_let_through(cast: Cast, service: Service) -> None:
    for staff in (cast.coordinator, cast.adviser, cast.physician, cast.stranger):
        filtered = set(texts_of(acting(staff), service))  # as owner: the first lock alone
        assert filtered == parts_seen(acting(staff))


@pytest.mark.parametrize("table", TABLES)
def test_an_outsider_and_nobody_in_particular_see_none(cast: Cast, service: Service, table: type[Model]) -> None:
    strangers = [acting(cast.stranger)]
    strangers += [
        Acting(kind=kind, today=timezone.localdate())
        for kind in (ActingKind.PUBLIC, ActingKind.GUEST, ActingKind.SYSTEM, ActingKind.PERSON)
    ]

    for who in strangers:
        with acting_as(who):
            assert table._default_manager.count() == 0
    with acting_as(acting_for_job("a test")):
        assert table._default_manager.count() == table._default_manager.count() > 0


@pytest.mark.parametrize("table", TABLES)
def test_nobody_deletes_and_an_outsider_changes_nothing(cast: Cast, service: Service, table: type[Model]) -> None:
    name = table._meta.db_table

    for staff, statement in (
        (cast.stranger, f"UPDATE {name} SET dossier_id = dossier_id"),
        (cast.stranger, f"DELETE FROM {name}"),
        (cast.coordinator, f"DELETE FROM {name}"),
        (cast.physician, f"DELETE FROM {name}"),
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(acting(staff)),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_what_was_written_is_not_rewritten(cast: Cast, service: Service) -> None:
    for staff in (cast.coordinator, cast.physician):
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting(staff)):
            ServiceText.objects.update(text="another word")


def _order(case: Case, by: Appointment) -> None:
    Service.objects.create(
        dossier=case.dossier,
        kind="round_table",
        ordered_on=timezone.localdate(),
        ordered_by=by,
        ordering_institution_id=by.institution_id,
        institution_id=by.institution_id,
        staff=by,
    )


def test_the_lead_orders_and_a_partner_does_not(cast: Cast, active: Case) -> None:
    with acting_as(acting(cast.coordinator)):
        _order(active, cast.coordinator)

    for staff in (cast.adviser, cast.stranger):
        with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(staff)):
            _order(active, staff)


def test_findings_come_from_whoever_may_read_them(cast: Cast, active: Case) -> None:
    with acting_as(acting(cast.coordinator)):
        _order(active, cast.coordinator)

    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        acting_as(acting(cast.coordinator)),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO support_servicetext (dossier_id, service_id, part, category, text, language, staff_id,"
            " institution_id) SELECT dossier_id, id, 'findings', 4, 'words', 'de', staff_id, institution_id"
            " FROM support_service"
        )


def test_nobody_writes_a_part_of_somebody_elses(cast: Cast, active: Case) -> None:
    """A report of the medical officer least of all, nor the result of a service that others carry out."""
    mandate = order(cast, active, Kind.MEDICAL_MANDATE)
    with acting_as(acting(cast.coordinator)):
        _order(active, cast.coordinator)
    table = Service.objects.get(kind="round_table")
    managed = order(cast, active, Kind.CASE_MANAGEMENT)

    def written(by: Appointment, service: Service, part: Part) -> bool:
        try:
            with transaction.atomic(), acting_as(acting(by)), connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO support_servicetext (dossier_id, service_id, part, category, text, language, staff_id,"
                    " institution_id) VALUES (%s, %s, %s, 1, 'words', 'de', %s, %s)",
                    [active.pk, service.pk, part, by.pk, by.institution_id],
                )
                transaction.set_rollback(True)
        except ProgrammingError as refusal:
            return "written by somebody else" not in str(refusal)
        return True

    for part in (Part.CONSEQUENCES, Part.RESTRICTIONS):
        assert [written(by, mandate, part) for by in (cast.physician, cast.coordinator, cast.adviser)] == [
            True, False, False,
        ]  # fmt: skip
        assert not written(cast.physician, table, part)
    assert [written(by, managed, Part.RESULT) for by in (cast.coordinator, cast.adviser)] == [True, False]
    assert [written(by, table, Part.RESULT) for by in (cast.coordinator, cast.adviser)] == [True, True]
    assert not written(cast.adviser, table, Part.REASON)

    do(cast.coordinator, cancel_service, service=managed, reason="moved away")
    assert not written(cast.coordinator, managed, Part.RESULT)  # nothing is added to what has ended


def test_a_medical_mandate_is_completed_by_its_report_alone(cast: Cast, active: Case) -> None:
    mandate = order(cast, active, Kind.MEDICAL_MANDATE)

    for staff in (cast.coordinator, cast.physician):
        with (
            pytest.raises(ProgrammingError, match="its report completes"),
            transaction.atomic(),
            acting_as(acting(staff)),
        ):
            Service.objects.filter(pk=mandate.pk).update(state="completed", ended_on=timezone.localdate())
