"""The register's API for partners' systems: epochs, tokens, deliveries, questions and alerts.

No shape has a field for an AHV number, and unknown fields are rejected.
"""

from base64 import b64decode, b64encode
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, Query, Router
from ninja.responses import Status
from pydantic import Field

from suone.ground.access.permissions import Permission
from suone.ground.api.problems import FieldProblem, Trouble
from suone.ground.api.shapes import Answered, Day, Number, Sent, base64, line
from suone.ground.audit.shown import note_row
from suone.ground.entrances.decorators import ActingRequest
from suone.ground.entrances.for_systems import answers, carries_out
from suone.register.server import queries, services, tokens
from suone.register.server.acts import Act
from suone.register.server.rules import Purpose

router = Router(tags=["register"])

EpochNumber = Annotated[int, Field(ge=1, le=32_767, strict=True)]
PartNumber = Annotated[int, Field(ge=1, le=100_000)]
Elements = Annotated[str, base64(most=64_000)]
Token = Annotated[str, base64(least=40, most=100)]
_EVEN = 4_096  # bytes
_ALERTS = 100
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=64)]


class EpochOut(Answered):
    """A year's keys: tokens of two epochs have nothing in common."""

    number: int
    kind: str = Field(description="voprf, or hmac where no second operator exists.")
    public_key: str = Field(description="Base64: what proofs are checked against. Keep it, and refuse another one.")
    state: str = Field(description="current or opening: deliver to both; only the current one answers.")


class OfficeOut(Answered):
    number: int
    name_de: str
    name_fr: str
    region: str


class DirectoryOut(Answered):
    """What a delivery may refer to."""

    offices: list[OfficeOut] = Field(description="Offices of the own institution.")
    workers: list[str] = Field(description="E-mail addresses of the own institution's staff.")
    institutions: list[str] = Field(description="Codes of all institutions.")


class BlindedIn(Sent):
    """Blinded numbers, 32 bytes each, at most 1'000 (RFC 9497, ristretto255-SHA512)."""

    epoch: EpochNumber
    elements: Elements


class EvaluatedOut(Answered):
    """As many elements, and one proof for all of them."""

    elements: str
    proof: str


class DeliveryIn(Sent):
    """A delivery is sent in parts and applied whole. In a snapshot whoever is missing has ended."""

    epoch: EpochNumber
    kind: Literal["snapshot", "changes"]
    rows: Annotated[int, Field(ge=0, le=50_000_000, strict=True)]
    digest: Annotated[str, line(least=16, most=64)] = Field(
        description="Tells deliveries apart: the same one again, after a break, goes on. Never a hash over numbers."
    )


class PartOut(Answered):
    number: int
    rows: int


class DeliveryOut(Answered):
    id: int
    epoch: int
    kind: str
    rows: int
    state: str = Field(description="open, applied or abandoned")
    parts: list[PartOut] = Field(description="The parts that are there.")


class RowIn(Sent):
    """One registration: the token stands for the person."""

    token: Token = Field(description="Base64: 64 bytes (voprf) or 32 (hmac).")
    valid_from: Day
    valid_until: Day | None = None
    office: Annotated[str, line(most=20)] = ""
    worker: Annotated[str, line(most=254)] = ""
    reference: Annotated[str, line(least=1, most=40)]
    referred_by: Annotated[str, line(most=20)] = ""


class PartIn(Sent):
    rows: Annotated[list[RowIn], Field(min_length=1, max_length=services.MOST_ROWS)]


class ApplyIn(Sent):
    confirmed: bool = Field(False, strict=True, description="Also when a snapshot ends many registrations.")


class AppliedOut(Answered):
    added: int
    changed: int
    ended: int
    unchanged: int
    overlaps: int = Field(description="Persons newly followed elsewhere too; see the alerts.")


class LookUpIn(Sent):
    """A question about one person, whom the own institution must follow."""

    epoch: EpochNumber
    token: Token
    purpose: Purpose = Field(description="Why it is asked; kept, and shown to the person on request.")


class ContactOut(Answered):
    name: str
    phone: str
    email: str


class FoundOut(Answered):
    """A registration at another institution, open or past."""

    institution: str
    kind: str = Field(description="What kind of institution it is: a stable word, unlike its short name.")
    region: str
    since: date
    until: date | None
    contact: ContactOut | None = Field(
        description="The responsible worker, or else the contact person; of a former registration the contact person."
    )
    secretariat: ContactOut | None = Field(description="Of a former registration, and where nobody is named to call.")


class AnswerOut(Answered):
    found: list[FoundOut]
    filling: str = Field(description="Blanks: every answer has one of few sizes.")


class AlertOut(Answered):
    """Another institution follows one of your persons too: by your own reference, never a name."""

    id: int
    at: datetime
    reference: str
    since: date
    other_institution: str
    other_kind: str = Field(description="What kind of institution it is: a stable word, unlike its short name.")
    other_since: date
    state: str


@router.get("/epochs", response=list[EpochOut], summary="The live epochs")
@answers(Permission.REGISTER_DELIVER)
def epochs(request: ActingRequest) -> list[EpochOut]:
    return [
        EpochOut(
            number=epoch.number, kind=epoch.kind, public_key=b64encode(epoch.public_key).decode(), state=epoch.state
        )
        for epoch in tokens.live_epochs()
    ]


@router.get("/directory", response=DirectoryOut, summary="Offices, workers and codes that a delivery may name")
@answers(Permission.REGISTER_DELIVER)
def directory(request: ActingRequest) -> DirectoryOut:
    found = services.directory_for(request.acting)
    return DirectoryOut(
        offices=[
            OfficeOut(number=office.number, name_de=office.name_de, name_fr=office.name_fr, region=office.region)
            for office in found.offices
        ],
        workers=list(found.workers),
        institutions=list(found.institutions),
    )


@router.post("/tokens", response=EvaluatedOut, summary="Turn blinded numbers into tokens, unseen")
@carries_out(Permission.REGISTER_DELIVER)
def evaluate(request: ActingRequest, blinded: BlindedIn) -> EvaluatedOut:
    found = services.evaluate(
        request.acting, epoch=blinded.epoch, elements=_bytes(blinded.elements, pointer="/elements")
    )
    return EvaluatedOut(elements=b64encode(found.elements).decode(), proof=b64encode(found.proof).decode())


@router.post("/deliveries", response={201: DeliveryOut}, summary="Begin a delivery, or go on with the same one")
@carries_out(Permission.REGISTER_DELIVER)
def open_delivery(
    request: ActingRequest, delivery: DeliveryIn, idempotency_key: IdempotencyKey = None
) -> Status[DeliveryOut]:
    return Status(201, _shown(services.open_delivery(request.acting, **delivery.model_dump())))


@router.get("/deliveries/{delivery_id}", response=DeliveryOut, summary="How far a delivery has come")
@answers(Permission.REGISTER_DELIVER)
def delivery(request: ActingRequest, delivery_id: Number) -> DeliveryOut:
    return _shown(services.delivery_of(request.acting, delivery_id))


@router.delete("/deliveries/{delivery_id}", response={204: None}, summary="Give an open delivery up")
@carries_out(Permission.REGISTER_DELIVER)
def abandon_delivery(request: ActingRequest, delivery_id: Number) -> Status[None]:
    services.abandon_delivery(request.acting, delivery_id=delivery_id)
    return Status(204, None)


@router.put(
    "/deliveries/{delivery_id}/parts/{number}", response={204: None}, summary="Send a part; sent again, it is replaced"
)
@carries_out(Permission.REGISTER_DELIVER)
def add_part(request: ActingRequest, delivery_id: Number, number: PartNumber, part: PartIn) -> Status[None]:
    rows = [
        services.DeliveredRow(
            token=_bytes(row.token, pointer=f"/rows/{place}/token"), **row.model_dump(exclude={"token"})
        )
        for place, row in enumerate(part.rows)
    ]
    try:
        services.add_part(request.acting, delivery_id=delivery_id, number=number, rows=rows)
    except services.RowsRefused as refusal:
        raise Trouble(
            "rows-refused",
            _("Some rows cannot be taken, and none of this part was: correct them and send the part again."),
            errors=[
                FieldProblem(pointer=f"/rows/{place}/{field}", code=field, detail=sentence)
                for place, field, sentence in refusal.errors
            ],
        ) from refusal
    return Status(204, None)


@router.post("/deliveries/{delivery_id}/apply", response=AppliedOut, summary="Apply a delivery whole, or not at all")
@carries_out(Permission.REGISTER_DELIVER)
def apply_delivery(
    request: ActingRequest, delivery_id: Number, apply: ApplyIn, idempotency_key: IdempotencyKey = None
) -> Status[AppliedOut]:
    try:
        found = services.apply_delivery(request.acting, delivery_id=delivery_id, confirmed=apply.confirmed)
    except services.WouldEndMany as many:
        raise Trouble(
            "would-end-many",
            _("This snapshot would end %(ended)s of %(open)s open registrations: confirm it, or look at the file.")
            % {"ended": many.ended, "open": many.open_before},
            status=HTTPStatus.CONFLICT,
            ended=many.ended,
            open_before=many.open_before,
        ) from many
    return Status(200, AppliedOut.from_orm(found))


@router.post("/lookups", response=AnswerOut, summary="Ask who else follows a person")
@carries_out(Permission.REGISTER_USE)
def look_up(request: ActingRequest, asked: LookUpIn) -> HttpResponse:
    """Answers alike, in size too, whether there is nothing to disclose or no right to it."""
    answer = services.look_up(
        request.acting, epoch=asked.epoch, token=_bytes(asked.token, pointer="/token"), purpose=asked.purpose
    )
    return _evened(AnswerOut(found=[FoundOut.from_orm(found) for found in answer.found], filling=""))


@router.get("/alerts", response=list[AlertOut], summary="New overlaps, the newest first")
@answers(Permission.REGISTER_USE, act=Act.LISTED)
def alerts(request: ActingRequest, before: Annotated[int, Query(ge=1, le=2**63 - 1)] = 2**63 - 1) -> list[AlertOut]:
    """At most a hundred; the next ones with ``before`` the last number."""
    shown = queries.alerts_of(request.acting, before=before)[:_ALERTS]
    for alert in shown:
        note_row(alert)
    return [
        AlertOut(
            id=alert.pk,
            at=alert.at,
            reference=alert.reference,
            since=alert.since,
            other_institution=alert.other_institution.code,
            other_kind=alert.other_institution.kind,
            other_since=alert.other_since,
            state=alert.state,
        )
        for alert in shown
    ]


def _evened(answer: AnswerOut) -> HttpResponse:
    """Filled up to a multiple of a size, so that the length of an answer reveals nothing."""
    size = len(answer.model_dump_json().encode())
    filled = answer.model_copy(update={"filling": " " * (-size % _EVEN)})
    return HttpResponse(
        filled.model_dump_json(), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _shown(found: services.Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=found.id,
        epoch=found.epoch,
        kind=found.kind,
        rows=found.rows,
        state=found.state,
        parts=[PartOut(number=number, rows=rows) for number, rows in sorted(found.parts.items())],
    )


def _bytes(text: str, *, pointer: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        wrong = FieldProblem(pointer=pointer, code="base64", detail=_("This value cannot be used."))
        raise Trouble("shape", _("This is not Base64: see the fields named."), errors=[wrong]) from error
