"""Comparing the grants in force with the acts behind them, by the functions that open them (dossiers/sql/acts.sql)."""

from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.records.consents.acts import Act


@dataclass(frozen=True, slots=True)
class Drift:
    """A mismatch between a grant and the act that should justify it."""

    case_number: str
    grant_id: int | None
    because: str
    because_id: int
    kind: str

    @property
    def sentence(self) -> str:
        """The mismatch in words, and what to do about it."""
        sentences = {
            "unfounded": _("Case %(case)s: grant %(grant)s is open, but %(act)s does not justify it. End it."),
            "missing": _("Case %(case)s: %(act)s should have opened access, but no grant is in force. Sign again."),
            "categories": _("Case %(case)s: grant %(grant)s covers other data categories than %(act)s. End it."),
            "power": _("Case %(case)s: grant %(grant)s has another power than %(act)s. End it."),
            "period": _("Case %(case)s: grant %(grant)s ends at another time than %(act)s. End it."),
        }
        values = {"case": self.case_number, "grant": self.grant_id, "act": f"{self.because} {self.because_id}"}
        return sentences[self.kind] % values


def find_drift() -> list[Drift]:
    """Every grant in force without its act, and every act without its grant; logs that the comparison was made."""
    acting = acting_for_job("compare grants with acts")
    with acting_as(acting), connection.cursor() as cursor:
        cursor.execute("SELECT case_number, grant_id, because, because_id, kind FROM dossiers_drift()")
        found = [Drift(*row) for row in cursor.fetchall()]
        record(acting, kind=RecordKind.READ, act=Act.GRANTS_COMPARED, details={"findings": len(found)})
    return found
