"""Periodic jobs of the register."""

from datetime import timedelta

from procrastinate.contrib.django import app

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.register.server.services import notify_of_new_overlaps, renew_sealed, report_unusual_use


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="register.notify", pass_context=False)
def notify_of_overlaps(timestamp: int) -> None:
    """Notify institutions of new overlaps every minute, in batches with a transaction each."""
    acting = acting_for_job("register: notify of new overlaps")
    more = True
    while more:
        with acting_as(acting):
            more = notify_of_new_overlaps(acting).may_be_more


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="register.renew", pass_context=False)
def carry_over_to_the_new_epoch(timestamp: int) -> None:
    """Carry registrations typed into the form over to a new epoch while it fills."""
    acting = acting_for_job("register: renew")
    with acting_as(acting):
        renew_sealed(acting)


@app.periodic(cron="10 5 * * *")
@app.task(queueing_lock="register.use", pass_context=False)
def check_yesterdays_use(timestamp: int) -> None:
    """Report unusual use of the day before, each morning."""
    acting = acting_for_job("register: yesterday's use")
    with acting_as(acting):
        report_unusual_use(acting, day=acting.today - timedelta(days=1))
