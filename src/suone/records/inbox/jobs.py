"""The daily mail, and the restart of jobs whose worker was killed."""

from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.mail.services import send_waiting
from suone.records.inbox.services import send_digests

_SILENT_SECONDS = 60


@app.periodic(cron="30 6 * * 1-5")
@app.task(queueing_lock="inbox.digests", pass_context=False)
def send_daily_mails(timestamp: int) -> None:
    """One mail to everybody with new messages; a message is mailed once."""
    acting = acting_for_job("inbox: daily mail")
    with acting_as(acting):
        send_digests(acting)
    send_waiting()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="inbox.sweep", pass_context=False)
async def take_up_stalled_jobs(timestamp: int) -> None:
    """Retry jobs whose worker died; the queue itself would not."""
    try:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT_SECONDS):
            await app.job_manager.retry_job(job)
    except ConnectorException:
        return  # the database is away: the next minute asks again
