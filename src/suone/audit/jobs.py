"""What the clock does with the log."""

from procrastinate.contrib.django import app

from suone.audit.anchors import anchor
from suone.audit.sealing import seal


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="audit-seal", name="audit.seal")
def seal_log(timestamp: int) -> None:
    """Seal every minute what was told."""
    seal()


@app.periodic(cron="17 2 * * *")
@app.task(queueing_lock="audit-anchor", name="audit.anchor")
def anchor_log(timestamp: int) -> None:
    """Seal and anchor the head every night."""
    seal()
    anchor()
