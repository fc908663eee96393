"""Sending letters, and deleting what has expired."""

from procrastinate.contrib.django import app

from suone.ground.entrances.shared_cache import forget_expired
from suone.organisation.signin import letters, limits, services


@app.task(name=letters.SENDING, pass_context=False)
def send_letters() -> None:
    """Send waiting letters to the accounts with their addresses."""
    letters.send_letters()


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="signin.forget", pass_context=False)
def forget_old_failures(timestamp: int) -> None:
    """Delete failed log-ins and address links that are older than a day, and counts that have expired."""
    limits.forget_old_failures()
    services.forget_links()
    forget_expired()
