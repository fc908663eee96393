"""What the clock does for requests to take part, and for procedures."""

from procrastinate.contrib.django import app

from suone.access.acting import acting_for_job
from suone.access.database import acting_as
from suone.cases.services import expire_participations, follow_procedures
from suone.decisions.services import remind_and_expire


@app.periodic(cron="45 5 * * *")
@app.task(queueing_lock="cases.requests", pass_context=False)
def remind_about_requests(timestamp: int) -> None:
    """Reminders and expiries of the day; a second run on the same day finds nothing left to do."""
    acting = acting_for_job("requests: reminders and expiry")
    with acting_as(acting):
        _reminded, expired = remind_and_expire(acting)
        expire_participations(acting, expired=expired)


@app.periodic(cron="0 5 * * *")
@app.task(queueing_lock="cases.procedures", pass_context=False)
def follow_procedures_of_the_day(timestamp: int) -> None:
    """What the day alone changes: repeated work items that are due again, ways that open by themselves."""
    acting = acting_for_job("procedures: the clock")
    with acting_as(acting):
        follow_procedures(acting)
