"""The keys of the register, as files outside the database: the database alone reveals nothing.

``<folder>/epoch-<n>/token.key`` turns blinded numbers into tokens (the token service's), ``register.key`` turns tokens
into what is stored (the register's). ``seal.key`` closes the numbers typed into the form. The two kinds of keys are
meant for two operators; in one installation they lie in one folder.
"""

import os
import secrets
import shutil
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from suone.ground.access.errors import Refused

_BYTES = 32


def make_keys(epoch: int, *, token_key: bytes | None) -> None:
    """Keep new keys for an epoch; ``token_key`` comes from the protocol, the others from the system's random source.

    Without a ``token_key`` the token service is another operator's. Raises ``Refused`` where keys lie already.
    """
    folder = _epoch_folder(epoch)
    try:
        folder.mkdir(parents=True, mode=0o700)
    except FileExistsError as error:
        raise Refused(
            f"Keys of an epoch {epoch} lie in {folder} already, of another database: move them away first."
        ) from error
    if token_key is not None:
        _keep(folder / "token.key", token_key)
    _keep(folder / "register.key", secrets.token_bytes(_BYTES))
    _keep(folder / "seal.key", Fernet.generate_key())


def token_key(epoch: int) -> bytes:
    """The token service's key, 32 bytes; raises ``Refused`` where the file is not there."""
    return _read(epoch, "token.key")


def register_key(epoch: int) -> bytes:
    """The register's key, 32 bytes."""
    return _read(epoch, "register.key")


def seal(epoch: int) -> MultiFernet:
    """Closes and opens the numbers typed into the form; opens those of every epoch that still has its key."""
    newest = Fernet(_read(epoch, "seal.key"))
    older = [path for path in sorted(_folder().glob("epoch-*/seal.key")) if path.parent != _epoch_folder(epoch)]
    return MultiFernet([newest, *(Fernet(path.read_bytes()) for path in older)])


def exist(epoch: int) -> bool:
    """Whether the epoch's keys lie here."""
    return (_epoch_folder(epoch) / "register.key").is_file()


def destroy_keys(epoch: int) -> bool:
    """Overwrite and remove an epoch's keys; whether there were any. Copies elsewhere must be destroyed by hand."""
    folder = _epoch_folder(epoch)
    if not folder.is_dir():
        return False
    for path in folder.glob("*.key"):
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
    shutil.rmtree(folder)
    return True


def _keep(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())


def _read(epoch: int, name: str) -> bytes:
    try:
        return (_epoch_folder(epoch) / name).read_bytes()
    except OSError as error:
        raise Refused(
            _(
                "The register cannot answer: a key of epoch %(epoch)s is missing. Inform the operators of this installation."
            )
            % {"epoch": epoch}
        ) from error


def _epoch_folder(epoch: int) -> Path:
    return _folder() / f"epoch-{epoch}"


def _folder() -> Path:
    return Path(settings.REGISTER_KEYS_FOLDER)
