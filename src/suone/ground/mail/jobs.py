"""Sending what waits every minute, and deleting what is old."""

from procrastinate.contrib.django import app

from suone.ground.mail import services


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="mail.send", pass_context=False)
def send_waiting_mails(timestamp: int) -> None:
    """Hand waiting mails to the mail server, and mark those whose worker died."""
    services.mark_unclear()
    services.send_waiting()


@app.periodic(cron="50 3 * * *")
@app.task(queueing_lock="mail.forget", pass_context=False)
def forget_old_mails(timestamp: int) -> None:
    """Delete the record of old mails."""
    services.forget_old()
