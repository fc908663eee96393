"""The kind of request by which a hand-over is proposed."""

from django.utils.translation import gettext_lazy as _

from suone.casework.cases.request_to_take_part import lead_of
from suone.casework.handovers.services import HANDOVER, expire_handover
from suone.records.decisions.models import Kind

TO_HAND_OVER = Kind(
    code=HANDOVER,
    title=_("Hand-over"),
    to_answer=_("Answer the proposed hand-over"),
    awaited=_("Answer to the proposed hand-over"),
    address="answer_handover",
    concerned=lead_of,
    expired=expire_handover,
)
