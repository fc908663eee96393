"""What the clock does for case files."""

from django.db import connection
from procrastinate.contrib.django import app

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.records.dossiers.doubts import find_doubts


@app.periodic(cron="40 4 * * *")
@app.task(queueing_lock="dossiers.find_doubts", pass_context=False)
def look_for_doubts(timestamp: int) -> None:
    """Files that may be about one person go to the office, where the canton has a law for it."""
    acting = acting_for_job("dossiers: clearing of doubts")
    with acting_as(acting):
        find_doubts(acting)


@app.periodic(cron="50 4 * * *")
@app.task(queueing_lock="dossiers.clear_names", pass_context=False)
def clear_names(timestamp: int) -> None:
    """Names that grants left in the index of the search when they expired by themselves."""
    with acting_as(acting_for_job("dossiers: names of expired grants")), connection.cursor() as cursor:
        cursor.execute("SELECT dossiers_clear_names()")
