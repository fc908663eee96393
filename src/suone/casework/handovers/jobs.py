"""The daily job for hand-overs."""

from procrastinate.contrib.django import app

from suone.casework.handovers.services import end_overlaps
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as


@app.periodic(cron="50 5 * * *")
@app.task(queueing_lock="handovers.overlaps", pass_context=False)
def end_overlaps_of_the_day(timestamp: int) -> None:
    """End the participation of senders whose overlap is over; a second run has nothing left to do."""
    acting = acting_for_job("hand-overs: overlaps that end")
    with acting_as(acting):
        end_overlaps(acting)
