"""Sending letters, and forgetting what no longer counts."""

from procrastinate.contrib.django import app

from suone.organisation.signin import letters, limits, services


@app.task(name=letters.SENDING, pass_context=False)
def send_letters() -> None:
    """To whoever has an account with the address."""
    letters.send_letters()


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="signin.forget", pass_context=False)
def forget_old_failures(timestamp: int) -> None:
    """Failed log-ins count for a day, and links for another address hold for one."""
    limits.forget_old_failures()
    services.forget_links()
