"""A register that is open, for journeys and for looking at its pages."""

from stdnum import ean

from suone.register import oprf
from suone.register.server import keys
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
