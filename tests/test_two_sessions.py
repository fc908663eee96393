"""Two sessions of one actor, past every service: what one keeps open, the other has ended; what one signed, the other adds to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg import Connection, IsolationLevel
from psycopg.errors import InsufficientPrivilege, LockNotAvailable

from suone.casework.handovers.tests.factories import accept, propose, publish_handovers
from suone.casework.leading.tests.factories import activate
from suone.ground.access.acting import Acting
from suone.ground.access.database import _SETTINGS, _settings_of
from suone.ground.access.permissions import Role
from suone.organisation.appointments.models import HeldRole
from suone.organisation.appointments.tests.factories import acting, make_staff
from suone.records.consents.models import Consent
from suone.records.consents.tests.factories import Cast, make_cast
from suone.records.dossiers.models import Grant

pytestmark = pytest.mark.django_db(transaction=True)

Session = Callable[..., Connection[Any]]
_CHECKED = "SET CONSTRAINTS ALL IMMEDIATE"
_OPEN = "SELECT dossiers_open_for('consent', %s)"
_CONSENT = (
    "INSERT INTO consents_consent (dossier_id, purpose, valid_from, valid_until, is_recurring, oral_allowed, grantor,"
    " grantor_name, language, template_version, signature_form, signed_on, signed_at_place, recorded_by_id,"
    " recorded_institution_id) VALUES (%s, 'x', now(), now(), true, true, 'person', '', 'de', 'x', 'paper', now(), '',"
    " actor_staff(), actor_institution()) RETURNING id"
)
_RECIPIENT = (
    "INSERT INTO consents_consentrecipient (dossier_id, consent_id, institution_id, staff_id, signed_categories, categories)"
    " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id"
)
_DISCLOSED = (
    "INSERT INTO consents_disclosure (dossier_id, basis, purpose, form, giver_id, giver_staff_id, recipient_id, categories,"
    " conditions, consent_id) SELECT dossier_id, basis, 'x', 'access', sender_id, sender_staff_id, receiver_id, 1, '{}',"
    " consent_id FROM handovers_handover WHERE id = %s"
)


@pytest.fixture
def session() -> Iterator[Session]:
    """Opens sessions in which somebody acts by the app's role; a wait for another one's lock ends soon."""
    to = connection.settings_dict
    with ExitStack() as opened:

        def open_as(who: Acting, *, isolation: IsolationLevel = IsolationLevel.READ_COMMITTED) -> Connection[Any]:
            one = psycopg.connect(host=to["HOST"], user=to["USER"], password=to["PASSWORD"], dbname=to["NAME"])
            opened.enter_context(closing(one))
            one.isolation_level = isolation
            _begin(one, who)
            return one

        yield open_as


def _begin(session: Connection[Any], who: Acting) -> None:
    for name, value in zip(_SETTINGS, _settings_of(who), strict=True):
        session.execute("SELECT set_config(%s, %s, true)", [name, value])
    session.execute("SET LOCAL lock_timeout = '500ms'")


@dataclass
class Signed:
    """A consent that names two, recorded and committed, of which nothing is opened yet."""

    cast: Cast
    number: int
    adviser: int  # the line of each
    physician: int

    def open_grants(self) -> list[int]:
        grants = Grant.objects.filter(because="consent", because_id=self.number, valid_until__gt=timezone.now())
        return list(grants.values_list("pk", flat=True))


@pytest.fixture
def signed(session: Session) -> Signed:
    cast = make_cast()
    case = activate(cast)
    one = session(acting(cast.worker))
    (number,) = one.execute(_CONSENT, [case.pk]).fetchone() or (0,)
    lines = [
        (one.execute(_RECIPIENT, [case.pk, number, who.institution_id, staff, mask, mask]).fetchone() or (0,))[0]
        for who, staff, mask in ((cast.adviser, None, 3), (cast.physician, cast.physician.pk, 19))
    ]
    one.commit()
    return Signed(cast, number, *lines)


ENDS = {
    "the person withdraws": "SELECT consents_withdraw(%(number)s)",
    "the person narrows a line": "SELECT consents_narrow(%(adviser)s, 1)",
    "the role ends with which health was opened": "SELECT appointments_end_role(%(role)s, NULL)",
    "whoever leads looks what is to be closed": "SELECT dossiers_close_beyond(%(file)s)",
}


@pytest.mark.parametrize("ends", ENDS)
def test_what_is_opened_and_checked_but_not_committed_is_waited_for(
    signed: Signed, session: Session, ends: str
) -> None:
    """Otherwise the one would not see what the other opens, and the other has passed its check."""
    role = HeldRole.objects.get(appointment=signed.cast.physician)
    administrator = make_staff(
        signed.cast.physician.institution, Role.INSTITUTION_ADMINISTRATOR, last_name="Administrator"
    )
    file = Consent.objects.get(pk=signed.number).dossier_id
    values = {"number": signed.number, "adviser": signed.adviser, "role": role.pk, "file": file}
    who = acting(administrator if "role" in ends else signed.cast.worker)
    opening, ending = session(acting(signed.cast.worker)), session(who)
    opening.execute(_OPEN, [signed.number])
    opening.execute(_CHECKED)

    with pytest.raises(LockNotAvailable):
        ending.execute(ENDS[ends], values)
    ending.rollback()
    opening.commit()
    _begin(ending, who)
    ending.execute(ENDS[ends], values)
    if "person" in ends:
        ending.execute("SELECT dossiers_close_beyond(%(file)s)", values)
    ending.commit()

    left = Grant.objects.filter(pk__in=signed.open_grants())
    expected = {
        "the person withdraws": [],
        "the person narrows a line": [1, 19],
        "the role ends with which health was opened": [3],
        "whoever leads looks what is to be closed": [3, 19],
    }
    assert sorted(left.values_list("categories", flat=True)) == expected[ends]


def test_nothing_is_opened_on_what_somebody_is_withdrawing(signed: Signed, session: Session) -> None:
    who = acting(signed.cast.worker)
    withdrawing, opening = session(who), session(who)
    withdrawing.execute(ENDS["the person withdraws"], {"number": signed.number})

    with pytest.raises(LockNotAvailable):
        opening.execute(_OPEN, [signed.number])
    opening.rollback()
    withdrawing.commit()
    _begin(opening, who)
    with pytest.raises(InsufficientPrivilege, match="not permitted"):
        opening.execute(_OPEN, [signed.number])


def test_nothing_is_opened_by_whoever_shuts_their_eyes_to_what_others_commit(signed: Signed, session: Session) -> None:
    who = acting(signed.cast.worker)
    opening = session(who, isolation=IsolationLevel.REPEATABLE_READ)
    withdrawing = session(who)
    withdrawing.execute(ENDS["the person withdraws"], {"number": signed.number})
    withdrawing.commit()

    with pytest.raises(InsufficientPrivilege, match="what others committed"):
        opening.execute(_OPEN, [signed.number])


def test_nobody_is_added_to_a_consent_by_a_transaction_that_was_open_already(session: Session) -> None:
    cast = make_cast()
    case = activate(cast)
    who = acting(cast.worker)
    earlier, signing = session(who), session(who)
    (number,) = signing.execute(_CONSENT, [case.pk]).fetchone() or (0,)
    signing.execute(_RECIPIENT, [case.pk, number, cast.adviser.institution_id, None, 3, 3])
    signing.commit()

    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        earlier.execute(_RECIPIENT, [case.pk, number, cast.stranger.institution_id, None, 3, 3])


def test_nothing_is_disclosed_beside_an_accepted_hand_over_by_a_transaction_that_was_open_already(
    session: Session,
) -> None:
    cast = make_cast()
    publish_handovers()
    handover = propose(cast)
    who = acting(cast.adviser)
    earlier = session(who)
    accept(cast.adviser, handover)

    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        earlier.execute(_DISCLOSED, [handover.pk])
