"""The daily job for documents of open cases."""

from procrastinate.contrib.django import app

from suone.casework.cases.models import Case
from suone.casework.cases.rules import OPEN_STATES
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.records.documents.services import warn_and_expire


@app.periodic(cron="40 5 * * *")
@app.task(queueing_lock="documents.warn_and_expire", pass_context=False)
def warn_about_documents(timestamp: int) -> None:
    """Warnings and expiries of the day; a closed case asks nobody to renew anything."""
    acting = acting_for_job("documents: warnings and expiry")
    with acting_as(acting):
        warn_and_expire(acting, dossiers=Case.objects.filter(state__in=OPEN_STATES).values("dossier_id"))
