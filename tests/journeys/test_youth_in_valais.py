"""A young woman without an apprenticeship in the Valais: Plattform T1 receives, convenes, directs and follows up.

The social worker notifies her to T1, not to the IIZ office, which sees nothing of it. T1 triages, discusses her in its fixed
session and asks the institution where she goes on to take part. When more institutions are needed, T1 notifies the same case
on to the office. In German and in French.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.conftest import Visitor
from tests.journeys import steps

_PROCEDURE = "vs-youth"
_YOUTH_WORKER = "lea.fumeaux@example.org"


@dataclass(frozen=True)
class Words:
    ahv_number: str
    question: str
    reason: str


_WORDS = {
    "de": Words("756.0000.7930.03", "Welche Ausbildung kommt noch in Frage?", "Mehrere Institutionen sind nötig."),
    "fr": Words(
        "756.0000.7930.10", "Quelle formation reste possible\u202f?", "Plusieurs institutions sont nécessaires."
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
def test_from_the_notification_to_the_follow_up(visit: Callable[..., Visitor], language: str) -> None:
    words = _WORDS[language]
    worker, adviser = visit(steps.SOCIAL_WORKER, language), visit(steps.RAV_ADVISER, language)
    youth_worker, coordinator = visit(_YOUTH_WORKER, language), visit(steps.COORDINATOR, language)

    # Notified to T1 alone: it stands on the worklist there, and the IIZ office finds no case.
    address = steps.notify(
        worker,
        name=("Anthamatten", "Nina"),
        born=steps.days_from_today(-19 * 366),
        ahv_number=words.ahv_number,
        question=words.question,
        procedure=_PROCEDURE,
        readers=("RAV",),
        received_elsewhere=True,
    )
    told = worker.word("The case has been notified. %(institution)s has been informed.")
    worker.page.get_by_text(told % {"institution": steps.institution(worker, "T1")}).wait_for()
    steps.sees_nothing(coordinator, address)
    number = steps.case_number(worker, address)
    youth_worker.open("/")
    assert number in youth_worker.page.locator("#list").inner_text()

    # Triaged, and discussed in the fixed session, with her on the agenda.
    youth_worker.open(address)
    youth_worker.press("Triage")
    assert words.question in youth_worker.page.locator("main").inner_text()
    _decide(youth_worker, "network", words.reason)
    steps.go_on(youth_worker, address, _PROCEDURE, "session")
    session = _convene_session(youth_worker)
    _put_on_agenda(youth_worker, session, number)
    steps.hold(youth_worker, session)
    steps.write_minutes(youth_worker, session, "minutes", words.reason)
    steps.finish_minutes(youth_worker, session)

    # Directed to where she goes on, which takes part; followed up there.
    steps.record_fact(youth_worker, address, "directed_to")
    steps.ask_to_take_part(youth_worker, address, "RAV")
    steps.accept(adviser, address)
    steps.go_on(youth_worker, address, _PROCEDURE, "direction")
    taken_on = steps.asked_by(_PROCEDURE, "direction", "taken_on", language)
    assert taken_on in steps.what_is_next(youth_worker, address)
    steps.record_fact(youth_worker, address, "partner_contacted")
    assert taken_on not in steps.what_is_next(youth_worker, address)

    # More is needed: the same case goes to the IIZ office, once the consent names it.
    _make_complex(youth_worker, address, words.reason)
    youth_worker.page.locator("a[href*='/consents/sign?with=']").click()
    steps.draw_signature(youth_worker)
    youth_worker.press("Record the consent")
    youth_worker.page.wait_for_url(f"**{address}")
    youth_worker.press("Notify on to the IIZ office")
    youth_worker.page.get_by_text(
        youth_worker.word("The case is notified on; the IIZ office has been informed.")
    ).wait_for()
    coordinator.open(address)
    assert words.question in coordinator.page.locator("main").inner_text()
    assert steps.phase_title("vs-complex", "notification", language) in steps.what_is_next(coordinator, address)


def _decide(visitor: Visitor, level: str, reason: str) -> None:
    visitor.press("Show the proposal")
    visitor.page.check(f"[name=level][value={level}]")
    visitor.page.fill("[name=reason]", reason)
    visitor.press("Decide the triage")
    visitor.page.wait_for_url("**/dossiers/*/")


def _convene_session(visitor: Visitor) -> str:
    """Convene the fixed session of the region for today; gives its address."""
    page = visitor.page
    visitor.open("/meetings/convene")
    page.select_option("[name=kind]", "fixed_session")
    page.locator("#id_institutions").get_by_label(steps.institution(visitor, "RAV"), exact=True).check()
    page.fill("[name=place]", "T1")
    page.fill("[name=starts_at]", steps.moment(0, 8))
    visitor.press("Convene")
    page.wait_for_url("**/meetings/*/")
    return page.url.removeprefix(visitor.site.address)


def _put_on_agenda(visitor: Visitor, session: str, number: str) -> None:
    visitor.open(session)
    visitor.press("Put a case on the agenda")
    visitor.page.fill("[name=case]", number)
    visitor.press("Add")
    visitor.page.wait_for_url(f"**{session}")
    assert number in visitor.page.locator("main").inner_text()


def _make_complex(visitor: Visitor, address: str, reason: str) -> None:
    visitor.open(f"{address}level")
    visitor.page.check("[name=way][value='complex:']")
    visitor.page.fill("[name=reason]", reason)
    visitor.click(visitor.page.locator("main form button.btn-primary"))
    visitor.page.wait_for_url(f"**{address}")
