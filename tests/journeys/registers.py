"""A register that is open, for journeys and for looking at its pages."""

from stdnum import ean

from suone.register import oprf
from suone.register.server import keys
from tests.conftest import Visitor
from tests.site import Site


def open_register(site: Site, *codes: str) -> None:
    """One epoch with keys where the site looks for them; these institutions take part."""
    if not site.sql("SELECT 1 FROM register.live_epochs()"):
        secret = oprf.new_secret_key()
        ((epoch,),) = site.sql("SELECT register.open_epoch('voprf', %s)", oprf.public_key(secret))
        keys.make_keys(int(str(epoch)), token_key=secret)
    for code in codes:
        site.sql(
            "INSERT INTO register_enrolment (institution_id, place, legal_basis, began_on)"
            " SELECT id, (SELECT coalesce(max(place), 0) + 1 FROM register_enrolment), 'test', current_date"
            " FROM institutions_institution WHERE code = %s ON CONFLICT (institution_id) DO NOTHING",
            code,
        )


def number_of(place: int) -> str:
    """A valid AHV number that nobody has, for the place-th fictional person of a journey."""
    first = f"7569999{place:05d}"
    return first + str(ean.calc_check_digit(first))


def enter(visitor: Visitor, number: str, *, since: str = "", reference: str = "") -> None:
    """Enter a person whom the visitor's institution follows, and read who else does."""
    visitor.open("/register/persons/add")
    visitor.page.fill("[name=number]", number)
    if since:
        visitor.page.fill("[name=valid_from]", since)
    visitor.page.fill("[name=reference]", reference)
    send(visitor)


def end(visitor: Visitor, number: str, *, last_day: str = "") -> None:
    """The visitor's institution no longer follows the person."""
    visitor.open("/register/persons/end")
    visitor.page.fill("[name=number]", number)
    if last_day:
        visitor.page.fill("[name=last_day]", last_day)
    visitor.click(visitor.page.locator("main form.form button.btn-primary"))
    visitor.page.wait_for_url(f"{visitor.site.address}/register/")


def ask(visitor: Visitor, number: str) -> None:
    visitor.open("/register/")
    visitor.page.fill("[name=number]", number)
    send(visitor)


def send(visitor: Visitor) -> None:
    """Send the form, and wait for the answer of the register."""
    visitor.click(visitor.page.locator("main form.form button.btn-primary"))
    visitor.page.locator("#own-title").wait_for()


def said(visitor: Visitor) -> str:
    visitor.page.locator("#own-title, #asked-title").first.wait_for()
    return str(visitor.page.locator("main").inner_text())
