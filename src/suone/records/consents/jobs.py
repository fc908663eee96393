"""Periodic jobs of consents."""

from procrastinate.contrib.django import app

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.records.consents.services import warn_and_expire


@app.periodic(cron="30 5 * * *")
@app.task(queueing_lock="consents.warn_and_expire", pass_context=False)
def warn_about_consents(timestamp: int) -> None:
    """Warnings and expiries of the day; a second run on the same day finds nothing left to do."""
    acting = acting_for_job("consents: warnings and expiry")
    with acting_as(acting):
        warn_and_expire(acting)
