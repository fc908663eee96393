"""Periodic jobs for staff who have left."""

from procrastinate.contrib.django import app

from suone.desk.administration.services import release_items_of_leavers
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as


@app.periodic(cron="20 0 * * *")
@app.task(queueing_lock="administration.leavers", pass_context=False)
def release_items(timestamp: int) -> None:
    """Items of those whose last day was yesterday; a second run finds nothing left to do."""
    acting = acting_for_job("appointments: last days")
    with acting_as(acting):
        release_items_of_leavers(acting)
