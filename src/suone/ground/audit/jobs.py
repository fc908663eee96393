"""What the clock does with the log."""

from procrastinate.contrib.django import app

from suone.ground.audit.copying import copy_out
from suone.ground.audit.sealing import seal


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="audit-seal", name="audit.seal")
def seal_log(timestamp: int) -> None:
    """Seal every minute what was written, and anchor the head at once."""
    seal()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="audit-copy", name="audit.copy")
def copy_log(timestamp: int) -> None:
    """Copy every minute what was sealed to the folder outside the database, where there is one."""
    copy_out()
