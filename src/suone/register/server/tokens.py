"""From a number to what is stored: its token, then keyed with the register's own key."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from suone.ground.access.errors import Refused
from suone.register import oprf
from suone.register.client.trouble import Trouble
from suone.register.oprf import Evaluation
from suone.register.oprf.tokenizers import HmacTokenizer, VoprfTokenizer
from suone.register.server import keys
from suone.register.server.functions import call

if TYPE_CHECKING:
    from suone.register.client.server import Register as TokenService

VOPRF, HMAC = "voprf", "hmac"
TOKEN_BYTES = {VOPRF: 64, HMAC: 32}


@dataclass(frozen=True, slots=True)
class EpochInfo:
    """A year's keys, in the open: its number, kind, public key and state (``opening`` or ``current``)."""

    number: int
    kind: str
    public_key: bytes
    state: str

    @property
    def is_current(self) -> bool:
        """Whether it answers; the other one, if there is one, fills."""
        return self.state == "current"


def live_epochs() -> list[EpochInfo]:
    """The epoch that answers, and the one that fills, if there is one."""
    rows = call("SELECT number, kind, public_key, state FROM register.live_epochs()")
    return [EpochInfo(number, kind, bytes(public), state) for number, kind, public, state in rows]


def epoch_of(number: int) -> EpochInfo:
    """A live epoch by its number; raises ``Refused`` for one whose keys are gone, or never were."""
    for epoch in live_epochs():
        if epoch.number == number:
            return epoch
    raise Refused(_("This epoch does not exist or is over: fetch the live epochs, and derive the tokens again."))


def evaluated(epoch: EpochInfo, elements: bytes) -> Evaluation:
    """Blinded numbers, evaluated: with the key that lies here, or by the second operator's token service."""
    if settings.REGISTER_TOKEN_SERVICE:
        try:
            return token_service().evaluate(epoch.number, elements)
        except Trouble as trouble:
            raise Refused(_("The token service does not answer: try again later.")) from trouble
    return oprf.evaluate(keys.token_key(epoch.number), elements)


def tokens_here(epoch: EpochInfo, numbers: Sequence[str]) -> list[bytes]:
    """The tokens of numbers that this server sees anyway: those of the form, and of cases."""
    if epoch.kind == HMAC:
        return HmacTokenizer(keys.token_key(epoch.number)).tokens(numbers)
    if settings.REGISTER_TOKEN_SERVICE:
        try:
            return VoprfTokenizer(lambda elements: evaluated(epoch, elements), epoch.public_key).tokens(numbers)
        except (oprf.InvalidProof, oprf.InvalidElement) as error:
            raise Refused(
                _("The token service did not use its published key: inform the operators of this installation.")
            ) from error
    return oprf.direct(keys.token_key(epoch.number), [number.encode() for number in numbers])


def token_service() -> "TokenService":
    """The second operator's installation, to which this one is a partner's system with a key."""
    from suone.register.client.server import Register as TokenService  # late: requests is needed by few processes

    return TokenService(settings.REGISTER_TOKEN_SERVICE, settings.REGISTER_TOKEN_SERVICE_KEY, language="en")


def stored(epoch: int, tokens: Sequence[bytes]) -> list[UUID]:
    """What the register keeps of tokens: HMAC under its own key, cut to 16 bytes."""
    key = keys.register_key(epoch)
    return [UUID(bytes=hmac.digest(key, token, "sha256")[:16]) for token in tokens]
