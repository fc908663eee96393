"""What the clock does for assessments: reassessments that come near, and outcomes half a year after closing."""

from procrastinate.contrib.django import app

from suone.casework.assessments.services import ask_for_later_outcomes, ask_for_reassessments
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as


@app.periodic(cron="15 5 * * *")
@app.task(queueing_lock="assessments.clock", pass_context=False)
def ask_for_what_is_due_again(timestamp: int) -> None:
    """A second run on the same day finds nothing left to ask."""
    acting = acting_for_job("assessments: what is due again")
    with acting_as(acting):
        ask_for_reassessments(acting)
        ask_for_later_outcomes(acting)
