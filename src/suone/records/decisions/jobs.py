"""Periodic jobs of requests."""

from procrastinate.contrib.django import app

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.records.decisions.services import remind_and_expire


@app.periodic(cron="45 5 * * *")
@app.task(queueing_lock="decisions.requests", pass_context=False)
def remind_about_requests(timestamp: int) -> None:
    """Reminders and expiries of the day; a second run on the same day finds nothing left to do."""
    acting = acting_for_job("requests: reminders and expiry")
    with acting_as(acting):
        remind_and_expire(acting)
