"""What case workers do in the browser, step by step; the journeys in this folder are made of these."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.utils import translation

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.loading import shipped
from suone.ground.access.categories import DataCategory
from tests.conftest import Visitor

SOCIAL_WORKER = "rahel.kalbermatten@example.org"
COORDINATOR = "stefan.imsand@example.org"
RAV_ADVISER = "thomas.pfammatter@example.org"
CAREER_COUNSELLOR = "andrea.truffer@example.org"  # of the IV, and case manager
MEDICAL_OFFICER = "helena.wyssen@example.org"
OUTSIDER = "mathieu.praplan@example.org"  # asylum office: no consent names it


# What a page says


def what_is_next(visitor: Visitor, address: str) -> str:
    """The part of the case's page that says what is missing and what is to be done, hints included."""
    visitor.open(address)
    return str(visitor.page.locator("section[aria-labelledby=next-title]").text_content())


def asked_by(procedure: str, phase: str, requirement: str, language: str) -> str:
    """The sentence with which a procedure asks for something, as written in its file."""
    found = shipped()[procedure].phase(phase).requirements
    return next(entry.missing[language] for entry in found if entry.id == requirement)


def phase_title(procedure: str, phase: str, language: str) -> str:
    return shipped()[procedure].phase(phase).title[language]


def sees_nothing(visitor: Visitor, *addresses: str) -> None:
    """Whoever no consent names finds no page at all, neither of the case nor of what belongs to it."""
    for address in addresses:
        visitor.open(address)
        assert visitor.page.locator("h1").inner_text() == visitor.word("This page does not exist")


def institution(visitor: Visitor, code: str) -> str:
    column = {"de": "name_de", "fr": "name_fr", "en": "name_en"}[visitor.language]
    name = visitor.site.sql(f"SELECT {column} FROM institutions_institution WHERE code = %s", code)[0][0]
    return str(name)


def case_number(visitor: Visitor, address: str) -> str:
    return str(visitor.site.sql("SELECT number FROM dossiers_dossier WHERE id = %s", case_id(address))[0][0])


def case_id(address: str) -> int:
    return int(address.strip("/").split("/")[1])


# From the notification to the triage


def notify(
    worker: Visitor,
    *,
    name: tuple[str, str],
    born: str,
    ahv_number: str,
    question: str,
    procedure: str = "",
    readers: Iterable[str] = ("IV", "RAV"),
    first_contact_days_ago: int = 60,
    received_elsewhere: bool = False,
) -> str:
    """Notify a case with the consent signed on the screen; gives the address of the case.

    What another institution than the IIZ office receives has its own link, by which the consent names who does.
    """
    page = worker.page
    worker.open("/cases/notify")
    if received_elsewhere:
        page.get_by_role("link", name=_procedure_title(worker, procedure), exact=True).click()
    page.fill("[name=last_name]", name[0])
    page.fill("[name=first_name]", name[1])
    page.fill("[name=date_of_birth]", born)
    page.fill("[name=ahv_number]", ahv_number)
    page.select_option("#id_language", worker.language)
    page.select_option("#id_procedure", label=_procedure_title(worker, procedure) if procedure else "–")
    for code in readers:
        page.locator("#id_recipients").get_by_label(institution(worker, code), exact=True).check()
    draw_signature(worker)
    page.fill("[name=question]", question)
    page.locator("#id_risk_factors input").first.check()
    page.fill("[name=first_contact_on]", days_from_today(-first_contact_days_ago))
    worker.press("Notify the case")
    page.wait_for_url("**/dossiers/*/")
    return page.url.removeprefix(worker.site.address)


def let_read_health(leader: Visitor, address: str, officer: str) -> None:
    """Record a consent by which a medical officer, by name, may read health."""
    page = leader.page
    leader.open(f"{address}consents/sign")
    choose(leader, "add_person", officer)
    leader.press("Add to the table")
    page.check(f"[name^=reads_s][value='{DataCategory.HEALTH.value}']")
    draw_signature(leader)
    leader.press("Record the consent")
    page.wait_for_url(f"**{address}")


def let_read(leader: Visitor, address: str, institution: str) -> None:
    """Record a consent by which an institution may read."""
    page = leader.page
    leader.open(f"{address}consents/sign")
    number = leader.site.sql("SELECT id FROM institutions_institution WHERE code = %s", institution)[0][0]
    page.check(f"[name=recipients][value='{number}']")
    draw_signature(leader)
    leader.press("Record the consent")
    page.wait_for_url(f"**{address}")


def draw_signature(visitor: Visitor) -> None:
    page = visitor.page
    pad = page.locator("#pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 90, steps=5)
    page.mouse.up()


def record_fact(visitor: Visitor, address: str, fact: str, value: str = "yes", remark: str = "") -> None:
    """Follow the link beside what the course of the case asks for, and state it."""
    visitor.open(address + "course")
    drawing = visitor.page.locator("svg.procedure").bounding_box()
    assert drawing is not None
    assert drawing["width"] > 200, "the drawing is there to be read"
    visitor.page.locator(f"a[href$='/course/facts/{fact}']").first.click()
    field = visitor.page.locator("[name=value]")
    if field.first.get_attribute("type") == "radio":
        visitor.page.check(f"[name=value][value={value}]")
    else:
        field.fill(value)
    visitor.page.fill("[name=remark]", remark)
    visitor.press("Record")
    visitor.page.wait_for_url(f"**{address}course")


def correct_fact(visitor: Visitor, address: str, fact: str, value: str, reason: str) -> None:
    """Correct what was recorded, from the course of the case, where what it said before remains with the reason."""
    page = visitor.page
    with translation.override("en"):
        label = visitor.word(str(Fact(fact).label))
    visitor.open(address + "course")
    page.locator("section[aria-labelledby=known-title] li").filter(has_text=label).locator(
        "a[href$='/correct']"
    ).click()
    page.fill("[name=value]", value)
    page.fill("[name=remark]", reason)
    visitor.press("Correct")
    page.wait_for_url(f"**{address}course")
    assert reason in page.locator("section[aria-labelledby=corrected-title]").inner_text()


def triage(
    coordinator: Visitor,
    address: str,
    answers: Iterable[str] = ("several_institutions", "difficulties_accumulate", "complex_risks"),
) -> None:
    page = coordinator.page
    coordinator.open(address)
    coordinator.press("Triage")
    for item in answers:
        page.check(f"#{item}_yes")
    coordinator.press("Show the proposal")
    assert page.locator("input[name=level]:checked").get_attribute("value") == "complex"
    coordinator.press("Decide the triage")
    page.wait_for_url(f"**{address}")


# Who takes part


def ask_to_take_part(coordinator: Visitor, address: str, code: str) -> None:
    coordinator.open(address)
    coordinator.press("Ask an institution")
    name, is_named = institution(coordinator, code), False
    for box in coordinator.page.locator("[name=named]").all():  # whom the consent names is ticked in advance
        is_named |= name in box.locator("xpath=..").inner_text()
        box.set_checked(name in box.locator("xpath=..").inner_text())
    if not is_named:
        coordinator.page.select_option("[name=institution]", label=name)
    coordinator.press("Ask")
    coordinator.page.wait_for_url(f"**{address}")


def accept(visitor: Visitor, address: str) -> None:
    number = case_number(visitor, address)
    visitor.open("/")
    visitor.page.get_by_role("link", name=number).first.click()
    visitor.click(visitor.page.locator("button[name=answer][value=accept]"))
    visitor.page.wait_for_url(f"{visitor.site.address}/")
    visitor.open(address)
    assert visitor.page.locator(".identity strong").first.inner_text() == number


def name_case_manager(coordinator: Visitor, address: str, name: str) -> None:
    coordinator.open(address)
    coordinator.press("Name the case manager")
    choose(coordinator, "staff", name)
    coordinator.press("Name the case manager")
    coordinator.page.wait_for_url(f"**{address}")
    assert coordinator.word("Case manager") in coordinator.page.locator(".people").inner_text()


# Notes, work items, steps


def write_note(visitor: Visitor, address: str, text: str) -> None:
    visitor.open(address)
    visitor.page.fill("[name=text]", text)
    visitor.page.select_option("[name=category]", "1")
    visitor.press("Save the note")
    visitor.page.wait_for_url(f"**{address}")


def add_work_item(visitor: Visitor, address: str, title: str, code: str) -> None:
    visitor.open(address)
    visitor.press("Add a work item")
    visitor.page.fill("[name=title]", title)
    visitor.page.fill("[name=due_on]", days_from_today(7))
    visitor.page.select_option("[name=addressed]", label=institution(visitor, code))
    visitor.click(visitor.page.locator("main form button.btn-primary"))
    visitor.page.wait_for_url(f"**{address}")
    assert title in visitor.page.locator("main").inner_text()


def finish_all_work_items(visitor: Visitor, address: str) -> None:
    visitor.open(address)
    done = visitor.page.locator("main").get_by_role("button", name=visitor.word("Done"), exact=True)
    while done.count():
        before = done.count()
        done.first.click()
        visitor.page.wait_for_load_state()
        assert done.count() < before
    # Those of other institutions: the lead says why.
    others = visitor.page.locator("main").get_by_role("link", name=visitor.word("Done, with a reason"), exact=True)
    while others.count():
        before = others.count()
        others.first.click()
        visitor.page.fill("[name=reason]", "✓")
        visitor.click(visitor.page.locator("main form button.btn-primary"))
        visitor.page.wait_for_url(f"**{address}")
        assert others.count() < before


def go_on(visitor: Visitor, address: str, procedure: str, phase: str, reason: str = "", reaches: str = "") -> None:
    """Take the case to a phase that the procedure opens, giving a reason where hints speak against it.

    ``reaches`` names the phase to which it goes on from there by itself.
    """
    visitor.open(address)
    visitor.page.locator(f"a[href$='/course/advance/{phase}']").first.click()
    if reason:
        visitor.page.fill("[name=reason]", reason)
    visitor.click(visitor.page.locator("main form button.btn-primary"))
    visitor.page.wait_for_url(f"**{address}")
    line = visitor.page.locator(".phase-line").inner_text()
    assert phase_title(procedure, reaches or phase, visitor.language) in line


def inform_everyone(visitor: Visitor, address: str, text: str) -> None:
    visitor.open(address)
    visitor.press("Inform everybody")
    visitor.page.fill("[name=text]", text)
    visitor.press("Inform")
    visitor.page.wait_for_url(f"**{address}")


def close(coordinator: Visitor, address: str, outcome: str = "internship") -> None:
    coordinator.open(address)
    coordinator.press("Close the case")
    coordinator.page.select_option("[name=outcome]", outcome)
    coordinator.page.select_option("[name=closing_reason]", "goals_reached")
    coordinator.press("Close the case")
    coordinator.page.wait_for_url(f"**{address}")
    assert coordinator.word("closed") in coordinator.page.locator(".identity").inner_text()


# Services


def order_service(
    visitor: Visitor, address: str, kind: str, *, staff: str = "", second: str = "", question: str = ""
) -> str:
    """Order a service from the page of the case; gives its address."""
    page = visitor.page
    visitor.open(address)
    visitor.press("Order a service")
    page.locator(f"a[href$='/services/order/{kind}']").click()
    if second:
        page.check("[name=variant][value=tandem]")
        choose(visitor, "second", second)
    if staff:
        choose(visitor, "staff", staff)
    page.fill("[name=question]", question)
    visitor.press("Order")
    page.wait_for_url(re.compile(r"/services/\d+$"))
    return page.url.removeprefix(visitor.site.address)


def start_service(visitor: Visitor, address: str) -> None:
    visitor.open(address)
    visitor.press("Begin")
    visitor.page.get_by_text(visitor.word("The service has begun.")).wait_for()


def complete_service(visitor: Visitor, address: str, result: str, outcome: str = "") -> None:
    visitor.open(address)
    visitor.press("Complete")
    if outcome:
        visitor.page.check(f"[name=outcome][value={outcome}]")
    visitor.page.fill("[name=result]", result)
    visitor.press("Complete")
    visitor.page.wait_for_url("**/dossiers/*/")


# Meetings


def convene(
    visitor: Visitor, address: str, kind: str, *, place: str, points: Iterable[str] = (), people: Iterable[str] = ()
) -> str:
    """Convene a meeting for today with those who take part, and with these people by name; gives its address."""
    page = visitor.page
    visitor.open(address)
    visitor.press("Convene a meeting")
    page.select_option("[name=kind]", kind)
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    page.fill("[name=points]", "\n".join(points))
    page.fill("[name=place]", place)
    page.fill("[name=starts_at]", moment(0, 8))
    for name in people:
        _invite_by_name(visitor, name)
    return _convened(visitor)


def _invite_by_name(visitor: Visitor, name: str) -> None:
    """From a list where there are few, by name where there are many."""
    listed = visitor.page.locator("#who").get_by_role("checkbox", name=re.compile(name))
    if listed.count():
        listed.first.check()
    else:
        visitor.page.locator("#who input[type=text][name=people]").first.fill(name)


def convene_by_dates(visitor: Visitor, address: str, kind: str, *, place: str, days: Iterable[int]) -> str:
    """Convene a meeting whose date those invited choose; gives its address."""
    page = visitor.page
    visitor.open(address)
    visitor.press("Convene a meeting")
    page.select_option("[name=kind]", kind)
    page.fill("[name=place]", place)
    page.locator("summary", has_text=visitor.word("Propose dates instead")).click()
    page.fill("[name=answer_until]", days_from_today(1))
    for number, day in enumerate(days, start=1):
        page.fill(f"[name=proposal_{number}]", moment(day, 9))
    return _convened(visitor)


def _convened(visitor: Visitor) -> str:
    visitor.press("Convene")
    visitor.page.wait_for_url(re.compile(r"/meetings/\d+/$"))
    return visitor.page.url.removeprefix(visitor.site.address)


def answer_invitation(visitor: Visitor, meeting: str) -> None:
    visitor.open(meeting)
    visitor.press("Answer the invitation")
    visitor.page.check("[name=answer][value=accept]")
    visitor.press("Answer")
    visitor.page.wait_for_url(f"**{meeting}")


def answer_dates(visitor: Visitor, meeting: str, answers: Iterable[str]) -> None:
    """Say of each proposed date whether it suits, in their order."""
    visitor.open(meeting)
    visitor.press("Which dates suit you?")
    groups = visitor.page.locator("main form fieldset.group")
    for place, suits in enumerate(answers):
        groups.nth(place).locator(f"input[value={suits}]").check()
    visitor.press("Answer")
    visitor.page.wait_for_url(f"**{meeting}")


def move_to_today(visitor: Visitor, meeting: str) -> None:
    """Let the day of the meeting come: the one thing that nobody can do in a browser."""
    visitor.open(meeting)
    visitor.press("Another date")
    visitor.page.fill("[name=starts_at]", moment(0, 8))
    visitor.press("Set the date")
    visitor.page.wait_for_url(f"**{meeting}")


def contribute(visitor: Visitor, meeting: str, text: str) -> None:
    visitor.open(meeting)
    visitor.press("Contribute in advance")
    visitor.page.fill("[name=text]", text)
    visitor.press("Save the contribution")
    visitor.page.wait_for_url(f"**{meeting}")


def hold(visitor: Visitor, meeting: str, *, person: str = "") -> None:
    """Record that the meeting was held, everybody present."""
    visitor.open(meeting)
    visitor.press("The meeting was held")
    if person:
        visitor.page.check(f"[name=person_came][value={person}]")
    visitor.press("Record")
    visitor.page.wait_for_url(f"**{meeting}minutes")


def write_minutes(visitor: Visitor, meeting: str, kind: str, text: str, responsible: str = "") -> None:
    visitor.open(f"{meeting}minutes")
    visitor.page.select_option("[name=kind]", kind)
    visitor.page.fill("[name=text]", text)
    if responsible:
        visitor.page.select_option("[name=responsible]", label=institution(visitor, responsible))
        visitor.page.fill("[name=due_on]", days_from_today(14))
    visitor.press("Save the entry")
    visitor.page.wait_for_url(f"**{meeting}minutes")
    assert text in visitor.page.locator("section[aria-labelledby=entries-title]").inner_text()


def finish_minutes(visitor: Visitor, meeting: str) -> None:
    visitor.open(f"{meeting}minutes")
    visitor.press("Finish the minutes")
    visitor.page.wait_for_url(f"**{meeting}")


# Plans


def begin_plan(visitor: Visitor, address: str, kind: str) -> str:
    visitor.open(address)
    visitor.press("Begin a plan")
    visitor.page.check(f"[name=kind][value={kind}]")
    visitor.press("Begin")
    visitor.page.wait_for_url("**/plans/*/edit")
    return visitor.page.url.removeprefix(visitor.site.address).removesuffix("edit")


def write_line(visitor: Visitor, plan: str, kind: str, text: str) -> None:
    """Write a goal, or another line, into its section of the plan."""
    visitor.open(f"{plan}edit")
    section = visitor.page.locator(f"section#{kind}")
    if not section.locator("[name=text]").is_visible():
        section.locator("summary").click()
    section.locator("[name=text]").fill(text)
    visitor.click(section.get_by_role("button", name=visitor.word("Save"), exact=True))
    visitor.page.wait_for_url(f"**{plan}edit*")


def add_measure(
    visitor: Visitor,
    plan: str,
    title: str,
    *,
    goal: str,
    by: str,
    payer: str = "",
    staff: str = "",
    days: tuple[int, int] | None = None,
) -> None:
    visitor.open(f"{plan}edit")
    link = visitor.page.locator("section#goal .timeline li", has_text=goal).locator("a[href*='measures/add']")
    link.click()
    visitor.page.fill("[name=title]", title)
    visitor.page.select_option("[name=institution]", label=institution(visitor, by))
    if staff:
        choose(visitor, "staff", staff)
    if payer:
        visitor.page.select_option("[name=payer]", label=institution(visitor, payer))
    if days:
        visitor.page.fill("[name=from_on]", days_from_today(days[0]))
        visitor.page.fill("[name=until_on]", days_from_today(days[1]))
    visitor.press("Save")
    visitor.page.wait_for_url(f"**{plan}edit*")


def put_up(visitor: Visitor, plan: str) -> None:
    visitor.open(plan)
    visitor.press("Submit for signature")
    visitor.page.wait_for_url(f"**{plan}")


def sign(visitor: Visitor, plan: str) -> None:
    """Sign for one's own institution: the log-in is the signature."""
    visitor.open(plan)
    visitor.press("Sign")
    visitor.press("Sign")
    visitor.page.wait_for_url(f"**{plan}")


def let_the_person_sign(visitor: Visitor, plan: str, *, on_paper: bool = False) -> None:
    visitor.open(plan)
    visitor.press("Record the signature")
    if on_paper:
        visitor.page.check("[name=form][value=paper]")
    else:
        draw_signature(visitor)
    visitor.press("Record the signature")
    visitor.page.wait_for_url(f"**{plan}")


# Small things


def choose(visitor: Visitor, field: str, text: str) -> None:
    """From a list where there are few, by name where there are many."""
    found = visitor.page.locator(f"[name={field}]").first
    if found.evaluate("element => element.tagName") == "INPUT":
        found.fill(text)
        return
    option = found.locator("option", has_text=text).first
    found.select_option(option.get_attribute("value"))


def days_from_today(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()


def moment(days: int, hour: int) -> str:
    return datetime.combine(date.today() + timedelta(days=days), time(hour)).strftime("%Y-%m-%dT%H:%M")


def _procedure_title(visitor: Visitor, identifier: str) -> str:
    return shipped()[identifier].title[visitor.language]
