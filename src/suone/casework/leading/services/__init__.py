"""Acts in leading a case: one module per topic; this package exports the public names."""

from suone.casework.leading.services.closing import (
    close_after_death,
    close_case,
    reopen_case,
    resume_case,
    suspend_case,
)
from suone.casework.leading.services.correcting import correct_fact, take_back_fact
from suone.casework.leading.services.course import store_fact
from suone.casework.leading.services.levels import change_level
from suone.casework.leading.services.notifying import (
    QUESTION,
    Notification,
    Particulars,
    answer_question,
    ask_notifier,
    notify_case,
    open_simple_case,
    reject_notification,
    withdraw_notification,
)
from suone.casework.leading.services.procedure import (
    advance_case,
    follow_procedure,
    follow_procedures,
    move_case_over,
    record_fact,
    report_fact,
)
from suone.casework.leading.services.receiving import notify_on
from suone.casework.leading.services.shared import case_with_course
from suone.casework.leading.services.triage import TRIAGE_INSTRUMENT, propose_level, triage_case

__all__ = [
    "QUESTION",
    "TRIAGE_INSTRUMENT",
    "Notification",
    "Particulars",
    "advance_case",
    "answer_question",
    "ask_notifier",
    "case_with_course",
    "change_level",
    "close_after_death",
    "close_case",
    "correct_fact",
    "follow_procedure",
    "follow_procedures",
    "move_case_over",
    "notify_case",
    "notify_on",
    "open_simple_case",
    "propose_level",
    "record_fact",
    "reject_notification",
    "reopen_case",
    "report_fact",
    "resume_case",
    "store_fact",
    "suspend_case",
    "take_back_fact",
    "triage_case",
    "withdraw_notification",
]
