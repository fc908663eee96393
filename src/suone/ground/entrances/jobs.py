"""Deleting drafts that nobody continued."""

from procrastinate.contrib.django import app

from suone.ground.entrances import drafts


@app.periodic(cron="50 3 * * *")
@app.task(queueing_lock="entrances.drafts", pass_context=False)
def forget_old_drafts(timestamp: int) -> None:
    """Delete drafts that are older than ``SUONE_DRAFT_DAYS`` days."""
    drafts.forget_old()
