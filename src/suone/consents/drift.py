"""Comparing the grants in force with the acts behind them.

Each package that opens grants says in its ``expected_grants.py``, as a query, what its acts should have open now: act,
number, case, institution, staff member, categories, end. A case's own notification is its own act.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import connection
from django.utils.translation import gettext as _

from suone.access.acting import acting_for_job
from suone.access.database import acting_as
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.consents.acts import Act

# What the acts say should be open now, beside what is open now; only the rows that do not meet are left.
_DRIFT = """
WITH today AS (SELECT (statement_timestamp() AT TIME ZONE 'Europe/Zurich')::date AS day),
expected (because, because_id, dossier_id, institution_id, staff_id, categories, ends) AS (
    {expected}
), actual AS (
    SELECT * FROM dossiers_grant
    WHERE valid_from <= statement_timestamp() AND valid_until > statement_timestamp()
      -- A case's own notification is its own act: it only has to name its own case.
      AND NOT (because = 'notification' AND because_id = dossier_id)
)
SELECT coalesce(actual.dossier_id, expected.dossier_id), dossier.number, actual.id,
       coalesce(actual.because, expected.because), coalesce(actual.because_id, expected.because_id),
       CASE WHEN expected.because_id IS NULL THEN 'unfounded' WHEN actual.id IS NULL THEN 'missing'
            WHEN actual.categories <> expected.categories THEN 'categories' ELSE 'period' END
FROM actual FULL JOIN expected
  ON actual.because = expected.because AND actual.because_id = expected.because_id
 AND actual.dossier_id = expected.dossier_id
 AND coalesce(actual.institution_id, 0) = coalesce(expected.institution_id, 0)
 AND coalesce(actual.staff_id, 0) = coalesce(expected.staff_id, 0)
JOIN dossiers_dossier dossier ON dossier.id = coalesce(actual.dossier_id, expected.dossier_id)
WHERE actual.id IS NULL OR expected.because_id IS NULL OR actual.categories <> expected.categories
   OR actual.valid_until <> expected.ends
ORDER BY 1, 3, 5
"""


@dataclass(frozen=True, slots=True)
class Drift:
    """A place where access and the act behind it do not meet."""

    case_number: str
    grant_id: int | None
    because: str
    because_id: int
    kind: str

    @property
    def sentence(self) -> str:
        """What does not meet, and what to do about it."""
        sentences = {
            "unfounded": _("Case %(case)s: grant %(grant)s is open, but %(act)s does not stand behind it. End it."),
            "missing": _("Case %(case)s: %(act)s should have opened access, but no grant is in force. Sign anew."),
            "categories": _("Case %(case)s: grant %(grant)s covers other data categories than %(act)s. End it."),
            "period": _("Case %(case)s: grant %(grant)s ends at another time than %(act)s. End it."),
        }
        values = {"case": self.case_number, "grant": self.grant_id, "act": f"{self.because} {self.because_id}"}
        return sentences[self.kind] % values


def find_drift() -> list[Drift]:
    """Every grant in force without its act, and every act without its grant; the comparison is told to the log."""
    acting = acting_for_job("compare grants with acts")
    with acting_as(acting), connection.cursor() as cursor:
        cursor.execute(_DRIFT.replace("{expected}", _expected()))
        found = [Drift(*row[1:]) for row in cursor.fetchall()]
        record(acting, kind=RecordKind.READ, act=Act.GRANTS_COMPARED, details={"findings": len(found)})
    return found


def _expected() -> str:
    names = [f"{config.name}.expected_grants" for config in apps.get_app_configs() if config.name.startswith("suone.")]
    return " UNION ALL ".join(import_module(name).EXPECTED for name in names if find_spec(name))
