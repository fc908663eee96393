"""Periodic jobs of documents."""

from procrastinate.contrib.django import app

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.records.documents.services import forget_lost_files


@app.periodic(cron="10 3 * * *")
@app.task(queueing_lock="documents.lost", pass_context=False)
def forget_files_of_undone_acts(timestamp: int) -> None:
    """Delete, every night, files that no document refers to: a rolled-back act leaves them behind."""
    acting = acting_for_job("documents: files without a document")
    with acting_as(acting):
        forget_lost_files(acting)
