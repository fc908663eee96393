"""Scheduled jobs of the log."""

from procrastinate.contrib.django import app

from suone.ground.audit.copying import copy_out
from suone.ground.audit.sealing import seal


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="audit-seal", name="audit.seal")
def seal_log(timestamp: int) -> None:
    """Every minute: seal what was written, and anchor the new head."""
    seal()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="audit-copy", name="audit.copy")
def copy_log(timestamp: int) -> None:
    """Every minute: copy what was sealed to the folder outside the database, if one is configured."""
    copy_out()
