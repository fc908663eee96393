"""The daily job for plans."""

from procrastinate.contrib.django import app

from suone.casework.plans.services import remind_signers
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as


@app.periodic(cron="50 5 * * *")
@app.task(queueing_lock="plans.remind_signers", pass_context=False)
def remind_about_signatures(timestamp: int) -> None:
    """Send the reminders of the day; a second run on the same day has nothing left to do."""
    acting = acting_for_job("plans: reminders to sign")
    with acting_as(acting):
        remind_signers(acting)
