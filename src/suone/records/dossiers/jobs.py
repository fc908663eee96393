"""Periodic jobs of case files."""

from django.db import connection
from procrastinate.contrib.django import app

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.records.dossiers.doubts import find_doubts


@app.periodic(cron="40 4 * * *")
@app.task(queueing_lock="dossiers.find_doubts", pass_context=False)
def look_for_doubts(timestamp: int) -> None:
    """List files that may be about one person for the office, if the canton has a law for it."""
    acting = acting_for_job("dossiers: clearing of doubts")
    with acting_as(acting):
        find_doubts(acting)


@app.periodic(cron="50 4 * * *")
@app.task(queueing_lock="dossiers.clear_names", pass_context=False)
def clear_names(timestamp: int) -> None:
    """Remove names from the search index whose grants have expired."""
    with acting_as(acting_for_job("dossiers: names of expired grants")), connection.cursor() as cursor:
        cursor.execute("SELECT dossiers_clear_names()")
