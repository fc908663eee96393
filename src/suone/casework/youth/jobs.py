"""The periodic job of notices of young people."""

from procrastinate.contrib.django import app

from suone.casework.youth.services import destroy_what_is_over
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as


@app.periodic(cron="40 4 * * *")
@app.task(queueing_lock="youth.destroy", pass_context=False)
def destroy_notices(timestamp: int) -> None:
    """Destroy the notices for which no consent has come; a second run on the same day finds none left."""
    acting = acting_for_job("young people: destroying notices")
    with acting_as(acting):
        destroy_what_is_over(acting)
