"""The daily job for assessments: upcoming reassessments, and outcomes six months after closing."""

from procrastinate.contrib.django import app

from suone.casework.assessments.services import ask_for_later_outcomes, ask_for_reassessments
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as


@app.periodic(cron="15 5 * * *")
@app.task(queueing_lock="assessments.clock", pass_context=False)
def ask_for_what_is_due_again(timestamp: int) -> None:
    """Set the work items that are due; a second run on the same day has nothing left to do."""
    acting = acting_for_job("assessments: what is due again")
    with acting_as(acting):
        ask_for_reassessments(acting)
        ask_for_later_outcomes(acting)
