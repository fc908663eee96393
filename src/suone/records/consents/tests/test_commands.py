"""``suone access verify``: differences are listed, and the exit code is for scripts."""

from django.db import connection

from suone.ground.console.tests.running import run
from suone.records.consents.commands import access
from suone.records.consents.tests.factories import Cast, line, sign
from suone.records.dossiers.models import Dossier, Grant, OpeningAct


def test_access_that_left_its_act_ends_with_an_error(cast: Cast, dossier: Dossier) -> None:
    sign(cast.worker, dossier, line(cast.adviser))
    whole = run(access, "verify")
    grant = Grant.objects.filter(because=OpeningAct.CONSENT).earliest("pk")
    with connection.cursor() as cursor:  # as if the checks that hold grants to their acts were not there
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE dossiers_grant DISABLE TRIGGER USER")
        cursor.execute("UPDATE dossiers_grant SET because_id = 0 WHERE id = %s", [grant.pk])

    broken = run(access, "verify")

    assert (whole.exit_code, whole.output) == (0, "Every access in force follows from its act.\n")
    assert broken.exit_code == 1
    assert f"Case {dossier.number}: grant {grant.pk} is open" in broken.output
    assert "Error: Access and acts do not meet: 2 findings." in broken.output
