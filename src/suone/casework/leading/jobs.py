"""The daily job for cases that follow a procedure."""

from procrastinate.contrib.django import app

from suone.casework.leading.services import follow_procedures
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as


@app.periodic(cron="0 5 * * *")
@app.task(queueing_lock="leading.procedures", pass_context=False)
def follow_procedures_of_the_day(timestamp: int) -> None:
    """Apply what a new day changes: recurring work items that are due again, automatic moves."""
    acting = acting_for_job("procedures: the clock")
    with acting_as(acting):
        follow_procedures(acting)
