"""What case workers do with an instrument in the browser, step by step, and how months pass between two of them."""

from collections.abc import Mapping

from tests.conftest import Site, Visitor
from tests.journeys import steps

Answers = Mapping[str, Mapping[str, str]]


def begin(visitor: Visitor, address: str, instrument: str) -> str:
    """From the list of the case's assessments; gives the address of the one that is begun."""
    visitor.open(f"{address}assessments/")
    visitor.click(visitor.page.locator(f"form[action$='/assessments/start/{instrument}'] button").first)
    visitor.page.wait_for_url("**/assessments/*")
    return visitor.page.url.removeprefix(visitor.site.address)


def answer(visitor: Visitor, assessment: str, answers: Answers) -> None:
    """Section by section, as the list of sections leads to them."""
    for section, given in answers.items():
        visitor.open(assessment)
        visitor.page.locator(f"a[href$='/sections/{section}']").click()
        for item, value in given.items():
            fill(visitor, item, value)
        visitor.press("Save the section")
        visitor.page.wait_for_url(f"**{assessment}")


def fill(visitor: Visitor, item: str, value: str) -> None:
    field = visitor.page.locator(f"[name=item_{item}]")
    if field.first.get_attribute("type") == "radio":
        visitor.page.check(f"[name=item_{item}][value='{value}']")
    else:
        field.fill(value)


def finish(visitor: Visitor, assessment: str) -> str:
    """Gives what is concluded."""
    visitor.open(assessment)
    visitor.press("Finish and show the result")
    visitor.page.get_by_text(visitor.word("How it was calculated")).wait_for()
    return visitor.page.locator("p.lead").first.inner_text()


def assess(visitor: Visitor, address: str, instrument: str, answers: Answers) -> tuple[str, str]:
    """Begin, answer, finish; gives the address and what is concluded."""
    assessment = begin(visitor, address, instrument)
    answer(visitor, assessment, answers)
    return assessment, finish(visitor, assessment)


def decide(visitor: Visitor, assessment: str, band: str = "", reason: str = "") -> None:
    """As proposed, or otherwise with a reason."""
    visitor.open(assessment)
    visitor.press("Decide")
    visitor.page.get_by_text(visitor.word("The proposal decides nothing: you decide.")).wait_for()
    if band:
        visitor.page.check(f"[name=band][value={band}]")
        visitor.page.fill("[name=reason]", reason)
    visitor.press("Decide")
    visitor.page.wait_for_url(f"**{assessment}")


def let_months_pass(site: Site, address: str, months: int) -> None:
    """What was done so far was done so much earlier: the one thing that nobody can do in a browser."""
    case, earlier = steps.case_id(address), f"interval '{months} months'"
    for table, columns in {
        "assessments_assessment": ("finished_on", "decided_on", "again_on"),
        "workitems_workitem": ("due_on", "asked_at", "done_at"),
        "leading_course": ("phase_since",),
    }.items():
        moved = ", ".join(f"{column} = {column} - {earlier}" for column in columns)
        site.sql(f"UPDATE {table} SET {moved} WHERE dossier_id = %s", case)
    site.sql(
        f"UPDATE leading_knownfact SET value = to_jsonb(((value #>> '{{}}')::date - {earlier})::date)"
        " WHERE dossier_id = %s AND right(fact, 3) = '_on'",
        case,
    )
