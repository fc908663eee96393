"""``suone register epoch …``, ``enrol`` and ``canary``: a year's keys, on purpose and with a warning."""

from pathlib import Path
from typing import Any

import pytest

from suone.ground.access.permissions import Role
from suone.ground.console.tests import running
from suone.organisation.appointments.tests.factories import make_institution, make_staff
from suone.register import oprf
from suone.register.client import server
from suone.register.server import epochs, services, tokens
from suone.register.server.commands import add_canary, enrol_institution, epoch
from suone.register.server.models import Enrolment
from suone.register.server.tests.factories import DAY, as_job, deliver, do, number_of, row
from suone.register.server.tokens import live_epochs

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Any:
    settings.REGISTER_KEYS_FOLDER = str(tmp_path / "keys")
    # In tests the one connection there is belongs to the owner.
    for function in ("all_epochs", "open_epoch", "progress", "switch_epoch", "destroy_epoch"):
        defaults = getattr(epochs, function).__kwdefaults__
        monkeypatch.setitem(defaults, "using", "default")
    commands = {"epoch": epoch, "enrol": enrol_institution, "canary": add_canary}
    return lambda name, *words, **more: running.run(commands[name], *words, **more)


def test_a_year_from_opening_to_destruction(run: Any, tmp_path: Path) -> None:
    staff = make_staff(make_institution("SMZ"), Role.CONTACT_PERSON, last_name="Amacker")
    assert "Epoch 1 is open" in run("epoch", "open").output
    assert "SMZ takes part" in run("enrol", "SMZ", "--basis", "GIGE").output
    assert Enrolment.objects.get().legal_basis == "GIGE"
    deliver(staff, [row(live_epochs()[0], 1)])
    assert sorted(path.name for path in (tmp_path / "keys" / "epoch-1").iterdir()) == [
        "register.key",
        "seal.key",
        "token.key",
    ]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys" / "epoch-1").iterdir()} == {0o600}

    assert "Epoch 2 is open" in run("epoch", "open").output
    assert "being filled already" in run("epoch", "open").output
    assert "SMZ: 0 of 1" in run("epoch", "list").output
    assert "Not everybody has delivered" in run("epoch", "switch").output
    deliver(staff, [row(live_epochs()[1], 1)], epoch=2)
    assert "Epoch 2 answers" in run("epoch", "switch").output
    refused = run("epoch", "destroy", "2", "--yes")
    assert refused.exit_code == 1
    asked = run("epoch", "destroy", "1", input="n\n")
    assert asked.exit_code == 1
    assert "Nobody can undo this" in asked.output
    assert (tmp_path / "keys" / "epoch-1").exists()

    assert "Epoch 1 is destroyed" in run("epoch", "destroy", "1", input="y\n").output

    assert not (tmp_path / "keys" / "epoch-1").exists()
    listed = run("epoch", "list").output
    assert "destroyed" in listed
    assert "no keys here" in listed


def test_keys_of_another_database_are_never_written_over(run: Any, tmp_path: Path) -> None:
    (tmp_path / "keys" / "epoch-1").mkdir(parents=True)

    refused = run("epoch", "open")

    assert "move them away first" in refused.output
    assert epochs.all_epochs(using="default") == []


def test_unknown_institutions_and_numbers_are_refused_in_a_sentence(run: Any) -> None:
    make_institution("SMZ")
    run("epoch", "open")

    assert "give one of SMZ" in run("enrol", "XYZ", "--basis", "x").output
    assert "does not exist" in run("canary", input="123\n").output
    assert "Kept." in run("canary", input=number_of(99) + "\n").output


def test_with_a_common_key_tokens_are_made_without_a_service(run: Any) -> None:
    staff = make_staff(make_institution("SMZ"), Role.CONTACT_PERSON, last_name="Amacker")
    run("epoch", "open", "--kind", "hmac")
    run("enrol", "SMZ", "--basis", "GIGE")
    (epoch,) = live_epochs()

    assert (epoch.kind, epoch.public_key) == ("hmac", b"")
    assert deliver(staff, [row(epoch, 1)]).added == 1
    assert do(staff, services.look_up_person, number=number_of(1), purpose="first_talk").own
    assert as_job(services.renew_sealed) == 0


def test_with_a_second_operator_the_token_key_is_not_here(
    run: Any, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other installation is replaced by its client; what it does is the built-in service's, tested elsewhere."""
    secret = oprf.new_secret_key()
    asked: list[bytes] = []

    class Service:
        def epochs(self) -> list[server.Epoch]:
            return [server.Epoch(1, "voprf", oprf.public_key(secret), "current")]

        def evaluate(self, epoch: int, elements: bytes) -> oprf.Evaluation:
            asked.append(elements)
            return oprf.evaluate(secret, elements)

    settings.REGISTER_TOKEN_SERVICE = "https://tokens.example.ch"
    monkeypatch.setattr(tokens, "token_service", Service)
    monkeypatch.setattr(epochs, "token_service", Service)
    staff = make_staff(make_institution("SMZ"), Role.CONTACT_PERSON, last_name="Amacker")

    assert "Epoch 1 is open" in run("epoch", "open").output
    assert "The token service has no epoch 2 yet" in run("epoch", "open").output
    run("enrol", "SMZ", "--basis", "GIGE")
    typed = services.Registering(number_of(1), DAY)
    do(staff, services.register_person, registering=typed)

    assert sorted(path.name for path in (tmp_path / "keys" / "epoch-1").iterdir()) == ["register.key", "seal.key"]
    assert do(staff, services.look_up_person, number=number_of(1), purpose="first_talk").own
    assert number_of(1).encode() not in b"".join(asked)
    # Tokens are the same as those the institutions' clients make with that service.
    (epoch,) = live_epochs()
    assert tokens.tokens_here(epoch, [number_of(1)]) == oprf.direct(secret, [number_of(1).encode()])


@pytest.mark.parametrize(
    ("function", "words", "typed"),
    [("new_secret_key", ("epoch", "open"), ""), ("direct", ("canary",), f"{number_of(1)}\n")],
)
def test_without_libsodium_a_command_says_what_to_install(
    run: Any, monkeypatch: pytest.MonkeyPatch, function: str, words: tuple[str, ...], typed: str
) -> None:
    def missing(*_arguments: object) -> None:
        raise oprf.LibsodiumMissing

    if words == ("canary",):
        run("epoch", "open")
    monkeypatch.setattr(oprf, function, missing)

    answer = run(*words, input=typed)

    assert answer.exit_code == 1
    assert "apt-get install libsodium23" in answer.output
    assert "Traceback" not in answer.output
