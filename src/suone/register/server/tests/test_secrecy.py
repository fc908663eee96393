"""What a thief of the database has: nothing that can be confirmed, nothing that fits another installation or year."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from suone.ground.access.database import APP_ROLE
from suone.ground.access.errors import Refused
from suone.records.consents.tests.factories import Cast
from suone.register.server import epochs, keys, queries, services
from suone.register.server.services import Registering
from suone.register.server.tests.factories import DAY, as_job, deliver, do, number_of, row
from suone.register.server.tokens import EpochInfo, live_epochs, stored, tokens_here

PERSONS = range(1, 41)


def dump() -> str:
    """Every row of every table of the register, as a thief reads it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'register' AND tablename NOT LIKE 'registration\\_%%'"
            " UNION SELECT 'x' WHERE false"
        )
        tables = [name for (name,) in cursor.fetchall()]
        text = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM register.{table} t")
            text += [line for (line,) in cursor.fetchall()]
    return "\n".join(text)


def tokens_kept() -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM register.registration")
        return {token for (token,) in cursor.fetchall()}


@contextmanager
def other_keys(settings: Any, folder: Path) -> Iterator[None]:
    before = settings.REGISTER_KEYS_FOLDER
    settings.REGISTER_KEYS_FOLDER = str(folder)
    yield
    settings.REGISTER_KEYS_FOLDER = before


def test_a_stolen_dump_names_nobody(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, person) for person in PERSONS])
    do(cast.adviser, services.register_person, registering=Registering(number_of(1), DAY))
    do(cast.adviser, services.look_up_person, number=number_of(1), purpose="first_talk")
    stolen = dump()

    assert len(tokens_kept()) == len(PERSONS)
    assert str(next(iter(tokens_kept()))) in stolen  # the dump does hold what is looked for below
    tokens = tokens_here(epoch, [number_of(person) for person in PERSONS])
    for person, token in zip(PERSONS, tokens, strict=True):
        number = number_of(person)
        assert number not in stolen
        for digest in ("md5", "sha1", "sha256", "sha512"):
            hashed = hashlib.new(digest, number.encode()).hexdigest()
            assert hashed[:32] not in stolen.replace("-", "")
        assert token.hex()[:32] not in stolen.replace("-", "")  # nor what the institutions hold


def test_without_the_keys_no_number_can_be_confirmed_and_installations_share_nothing(
    cast: Cast, epoch: EpochInfo, settings: Any, tmp_path: Path
) -> None:
    deliver(cast.worker, [row(epoch, person) for person in PERSONS])
    numbers = [number_of(person) for person in PERSONS]
    assert set(stored(epoch.number, tokens_here(epoch, numbers))) == tokens_kept()  # with both keys, every one

    from suone.register import oprf

    own_register_key = keys.register_key(epoch.number)
    with other_keys(settings, tmp_path / "other"):
        keys.make_keys(epoch.number, token_key=oprf.new_secret_key())
        assert not set(stored(epoch.number, tokens_here(epoch, numbers))) & tokens_kept()
    # One of the two keys is not enough either: the register's, without the token service's.
    with other_keys(settings, tmp_path / "half"):
        keys.make_keys(epoch.number, token_key=oprf.new_secret_key())
        (tmp_path / "half" / f"epoch-{epoch.number}" / "register.key").chmod(0o600)
        (tmp_path / "half" / f"epoch-{epoch.number}" / "register.key").write_bytes(own_register_key)
        assert not set(stored(epoch.number, tokens_here(epoch, numbers))) & tokens_kept()


@pytest.mark.parametrize(
    "table", ["registration", "registration_1", "stage", "part", "question", "canary", "unsent", "delivery", "epoch"]
)
def test_the_apps_role_reads_no_table_of_the_register(cast: Cast, table: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute(f"SELECT * FROM register.{table}")
        transaction.set_rollback(True)


@pytest.mark.parametrize("function", ["open_epoch('voprf', '')", "switch_epoch()", "destroy_epoch(1::smallint)"])
def test_the_apps_role_moves_no_epoch(cast: Cast, function: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute(f"SELECT register.{function}")
        transaction.set_rollback(True)


def test_every_match_survives_a_new_epoch_and_old_dumps_stay_closed(cast: Cast, epoch: EpochInfo) -> None:
    own, others = [row(epoch, person) for person in PERSONS], [row(epoch, person) for person in (1, 2, 3)]
    deliver(cast.worker, own)
    deliver(cast.adviser, others)
    do(cast.adviser, services.register_person, registering=Registering(number_of(7), DAY, reference="typed"))
    as_job(services.add_canary, number=number_of(99))
    before = {overlap.reference for overlap in do(cast.worker, queries.overlaps)}
    stolen = tokens_kept()

    epochs.open_epoch(using="default")
    _current, opening = live_epochs()
    with pytest.raises(Refused, match="Not everybody"):
        epochs.switch_epoch(using="default")
    # As the client does by itself: derived again, delivered again. What was typed goes over by a job.
    deliver(cast.worker, [row(opening, person) for person in PERSONS], epoch=opening.number)
    deliver(cast.adviser, [row(opening, person) for person in (1, 2, 3)], "changes", epoch=opening.number)
    assert as_job(services.renew_sealed) == 1
    assert as_job(services.renew_sealed) == 0
    assert {(one.institution, one.current, one.opening) for one in epochs.progress(using="default")} == {
        (cast.worker.institution.code, 40, 40),
        (cast.adviser.institution.code, 4, 4),
    }
    assert epochs.switch_epoch(using="default") == opening.number
    assert (
        {overlap.reference for overlap in do(cast.worker, queries.overlaps)} == before == {"R-1", "R-2", "R-3", "R-7"}
    )

    epochs.destroy_epoch(epoch.number, using="default")

    assert not keys.exist(epoch.number)
    with pytest.raises(Refused):
        tokens_here(epoch, [number_of(1)])
    (left,) = live_epochs()
    numbers = [number_of(person) for person in PERSONS]
    assert not stolen & tokens_kept()
    assert not stolen & set(stored(left.number, tokens_here(left, numbers)))
    with pytest.raises(Refused):
        epochs.destroy_epoch(left.number, using="default")
