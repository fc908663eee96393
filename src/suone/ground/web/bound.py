"""Binding a form to its actor: the appointment under which its page was opened is part of the form, signed.

The signature proves which account opened the page, so that what was typed is shown again to nobody else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from suone.ground.access.acting import Acting

FIELD = "opened_as"
# The button that switches back to the appointment of the page and submits the form.
CHANGE_BACK = "change_back"
KEY = "idempotency_key"
# Under which address what is typed into the form is saved as a draft; empty unless the page saved or restored one.
DRAFT = "draft_of"
NOT_TYPED = frozenset({FIELD, CHANGE_BACK, KEY, DRAFT, "csrfmiddlewaretoken"})
_signer = Signer(salt="suone.opened-as")
_now: ContextVar[Acting | None] = ContextVar("bound", default=None)


@dataclass(frozen=True, slots=True)
class Opened:
    """The account and the appointment under which a page was opened."""

    user_id: int
    staff_id: int


@contextmanager
def bound_to(acting: Acting | None) -> Iterator[None]:
    """Forms rendered inside the block carry the appointment of ``acting``."""
    token = _now.set(acting)
    try:
        yield
    finally:
        _now.reset(token)


def seal_of_now() -> str:
    """The signed mark for forms of the page being rendered; empty if nobody acts under an appointment."""
    acting = _now.get()
    return "" if acting is None or acting.staff_id is None else seal(acting.user_id or 0, acting.staff_id)


def seal(user_id: int, staff_id: int) -> str:
    """The signed mark for an account and an appointment."""
    return _signer.sign(f"{user_id}.{staff_id}")


def opened(request: HttpRequest) -> Opened | None:
    """Who opened the page of this form; None if the mark is missing or forged."""
    try:
        user_id, staff_id = _signer.unsign(request.POST.get(FIELD, "")).split(".")
        return Opened(int(user_id), int(staff_id))
    except (BadSignature, ValueError):
        return None
