"""What workers of two institutions do in the browser when a person passes from one to the other, step by step."""

from collections.abc import Iterable, Mapping

from suone.records.documents.tests.files import PDF
from tests.conftest import Visitor
from tests.journeys.steps import case_number


def begin(visitor: Visitor, *, name: tuple[str, str], ahv_number: str) -> int:
    """The form for a person without a case; gives how many fields were typed."""
    visitor.open("/")
    visitor.press("Hand over a person")
    for field, text in (("last_name", name[0]), ("first_name", name[1]), ("ahv_number", ahv_number)):
        visitor.page.locator(f"[name={field}]").press_sequentially(text, delay=20)
    return 3


def answer_questions(visitor: Visitor, code: str, direction: str) -> None:
    """To whom, and in which direction; then the form knows the constellation."""
    page = visitor.page
    option = page.locator("[name=receiver] option", has_text=f"{short_name(visitor, code)} ·").first
    page.select_option("[name=receiver]", option.get_attribute("value"))
    page.check(f"[name=direction][value={direction}]")
    page.locator("button[name=send]").wait_for()


def state(visitor: Visitor, ticked: Iterable[str] = (), typed: Mapping[str, str] | None = None) -> None:
    """What the procedure asks, in the form itself."""
    for fact in ticked:
        visitor.page.check(f"[name=fact_{fact}]")
    for fact, text in (typed or {}).items():
        field = visitor.page.locator(f"[name=fact_{fact}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)


def state_where_it_applies(visitor: Visitor, field: str, text: str = "") -> None:
    """Something on which further rules depend: the form asks for them at once."""
    with visitor.page.expect_response(lambda response: response.request.method == "POST"):
        if text:
            visitor.page.fill(f"[name=fact_{field}]", text)
            visitor.page.locator(f"[name=fact_{field}]").blur()
        else:
            visitor.page.check(f"[name=fact_{field}]")
    visitor.page.wait_for_function("() => !document.querySelector('.htmx-request')")


def choose(visitor: Visitor, field: str, code: str) -> None:
    """One of several answers on which further rules depend."""
    with visitor.page.expect_response(lambda response: response.request.method == "POST"):
        visitor.page.select_option(f"[name=fact_{field}]", code)
    visitor.page.wait_for_function("() => !document.querySelector('.htmx-request')")


def send(visitor: Visitor) -> str:
    """Propose it, or make the contact; gives the address of the case."""
    visitor.click(visitor.page.locator("button[name=send]"))
    visitor.page.wait_for_url("**/dossiers/*/")
    return visitor.page.url.removeprefix(visitor.site.address)


def open_request(visitor: Visitor, address: str) -> None:
    """Open what was proposed from one's own worklist."""
    visitor.open("/")
    visitor.page.get_by_role("link", name=case_number(visitor, address)).first.click()


def answer(visitor: Visitor, address: str, *, reason: str = "") -> None:
    """Accept what was proposed, or decline it with a reason."""
    open_request(visitor, address)
    if reason:
        visitor.page.locator("main form details > summary").click()
        visitor.page.fill("[name=reason]", reason)
    visitor.click(visitor.page.locator(f"button[name=answer][value={'decline' if reason else 'accept'}]"))
    visitor.page.wait_for_url("**/requests/" if reason else f"**{address}")


def open_only(visitor: Visitor) -> str:
    """Open the case and send nothing yet; gives the address of the case."""
    visitor.press("Only open the case")
    visitor.page.wait_for_url("**/dossiers/*/")
    return visitor.page.url.removeprefix(visitor.site.address)


def keep_request(visitor: Visitor, address: str) -> None:
    """Follow the link beside what is missing, and add the request for placement that the person wrote."""
    visitor.open(address)
    visitor.press("Add the request")
    request = {"name": "Gesuch.pdf", "mimeType": "application/pdf", "buffer": PDF}
    visitor.page.set_input_files("[name=file]", files=[request])
    visitor.press("Keep the request")
    visitor.page.wait_for_url(f"**{address}")


def lead(visitor: Visitor, address: str) -> str:
    visitor.open(address)
    return visitor.page.locator(".who-lead strong").inner_text()


def short_name(visitor: Visitor, code: str) -> str:
    column = "coalesce(nullif(short_name_fr, ''), code)" if visitor.language == "fr" else "code"
    return str(visitor.site.sql(f"SELECT {column} FROM institutions_institution WHERE code = %s", code)[0][0])
