"""What people do with a plan: write it, sign it, carry it out, change it."""

from suone.casework.plans.services.shared import REVIEWED, SIGNED
from suone.casework.plans.services.signing import (
    decline,
    put_up_for_signature,
    release_signatures,
    remind,
    remind_signers,
    sign,
    withdraw_signing,
)
from suone.casework.plans.services.writing import (
    MeasureTerms,
    add_entry,
    add_measure,
    begin_plan,
    change_entry,
    change_measure,
    change_plan,
    draft_for,
    drop_plan,
    record_progress,
    remove_entry,
    remove_measure,
    set_review,
)

__all__ = [
    "REVIEWED",
    "SIGNED",
    "MeasureTerms",
    "add_entry",
    "add_measure",
    "begin_plan",
    "change_entry",
    "change_measure",
    "change_plan",
    "decline",
    "draft_for",
    "drop_plan",
    "put_up_for_signature",
    "record_progress",
    "release_signatures",
    "remind",
    "remind_signers",
    "remove_entry",
    "remove_measure",
    "set_review",
    "sign",
    "withdraw_signing",
]
