"""Through the policies alone, without a filter of the application: the lead, the recipient, the outsider, nobody."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.models import Consent, ConsentRecipient, Disclosure
from suone.records.consents.tests.factories import Cast, line, sign
from suone.records.dossiers.models import Dossier

TABLES = [Consent, ConsentRecipient, Disclosure]


@kept
def consent(cast: Cast, dossier: Dossier) -> Consent:
    return sign(cast.worker, dossier, line(cast.adviser))


def seen(who: Acting, table: type[Model]) -> int:
    with acting_as(who):
        return table._default_manager.count()


@pytest.mark.parametrize("table", TABLES)
def test_the_lead_the_recipient_and_a_job_see_the_rows_and_an_outsider_none(
    cast: Cast, consent: Consent, table: type[Model]
) -> None:
    assert seen(acting(cast.worker), table) == 1
    assert seen(acting(cast.adviser), table) == 1
    assert seen(acting_for_job("a test"), table) == 1
    assert seen(acting(cast.stranger), table) == 0
    assert seen(acting(cast.coordinator), table) == 0  # not named by this consent


@pytest.mark.parametrize("table", TABLES)
def test_nobody_in_particular_sees_nothing(cast: Cast, consent: Consent, table: type[Model]) -> None:
    for kind in (Kind.PUBLIC, Kind.GUEST, Kind.SYSTEM, Kind.PERSON):
        assert seen(Acting(kind=kind, today=timezone.localdate()), table) == 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE suone_app")
        assert table._default_manager.count() == 0
        cursor.execute("RESET ROLE")


def test_every_role_of_a_foreign_institution_is_an_outsider(cast: Cast, consent: Consent) -> None:
    stranger = acting(cast.stranger)
    for role in Role:
        who = Acting(
            kind=Kind.STAFF,
            today=stranger.today,
            institution_id=stranger.institution_id,
            staff_id=stranger.staff_id,
            roles=frozenset({role}),
        )
        assert seen(who, Consent) == 0


def test_an_outsider_changes_nothing(cast: Cast, consent: Consent) -> None:
    with acting_as(acting(cast.stranger)):
        assert Consent.objects.filter(pk=consent.pk).update(warned_days=1) == 0
        assert Disclosure.objects.update(informed_at=timezone.now()) == 0
    recipient = ConsentRecipient.objects.filter(consent=consent).earliest("pk")
    for function, number in (("consents_withdraw(%s)", consent.pk), ("consents_narrow(%s, 1)", recipient.pk)):
        with pytest.raises(ProgrammingError, match="not permitted"), acting_as(acting(cast.stranger)):
            _run(f"SELECT {function}", number)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consents_consent SET withdrawn_at = now()",
        "UPDATE consents_consent SET valid_until = valid_until",
        "UPDATE consents_consentrecipient SET categories = 2047",
        "UPDATE consents_disclosure SET purpose = 'changed'",
        "DELETE FROM consents_consent",
        "DELETE FROM consents_consentrecipient",
        "DELETE FROM consents_disclosure",
    ],
)
def test_nobody_changes_or_deletes_what_was_signed_or_disclosed(cast: Cast, consent: Consent, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting(cast.worker)):
        _run(statement)


def test_the_database_says_when_and_by_whom_a_consent_was_withdrawn(cast: Cast, consent: Consent) -> None:
    with acting_as(acting(cast.adviser)):
        assert _run("SELECT consents_withdraw(%s)", consent.pk) == ([consent.pk],)
        assert _run("SELECT consents_withdraw(%s)", consent.pk) == ([],)
        consent.refresh_from_db()
        _run("SELECT dossiers_close_beyond(%s)", consent.dossier_id)

    assert consent.withdrawn_by_id == cast.adviser.pk
    assert abs((timezone.now() - consent.withdrawn_at).total_seconds()) < 60


def test_narrowing_adds_nothing(cast: Cast, consent: Consent) -> None:
    recipient = ConsentRecipient.objects.filter(consent=consent).earliest("pk")

    with acting_as(acting(cast.worker)):
        _run("SELECT consents_narrow(%s, 2047)", recipient.pk)

    assert ConsentRecipient.objects.get(pk=recipient.pk).categories == recipient.categories


def _run(statement: str, *values: object) -> tuple[object, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() if cursor.description else None


@pytest.mark.parametrize("by", ["adviser", "stranger"])
def test_whoever_does_not_lead_writes_no_consent(cast: Cast, consent: Consent, dossier: Dossier, by: str) -> None:
    today = timezone.localdate()

    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(getattr(cast, by))):
        Consent.objects.create(
            dossier=dossier,
            purpose="mine",
            valid_from=today,
            valid_until=today + timedelta(days=9),
            language="de",
            template_version="x",
            signature_form="paper",
            signed_on=today,
            recorded_by=getattr(cast, by),
            recorded_institution=getattr(cast, by).institution,
        )


def test_rows_are_gone_for_the_recipient_once_the_grant_has_ended(cast: Cast, consent: Consent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_grant SET valid_until = valid_from WHERE because = 'consent'")

    assert seen(acting(cast.adviser), Consent) == 0
    assert seen(acting(cast.worker), Consent) == 1
