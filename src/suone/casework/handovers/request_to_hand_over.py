"""The kinds of request by which a hand-over is proposed, and another institution contacted."""

from django.utils.translation import gettext_lazy as _

from suone.casework.cases.request_to_take_part import lead_of
from suone.casework.handovers.services import CONTACT, HANDOVER, expire_handover
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

# Coordinates wait until somebody is named (agreement SMZ–IV, no. 1 b and 2 b).
TO_CONTACT = Kind(
    code=CONTACT,
    title=_("Contact"),
    to_answer=_("Say who follows the person here"),
    awaited=_("Who follows the person there"),
    address="answer_handover",
    concerned=lead_of,
    expires=False,
)
