"""An administrator registers a passkey, comes in with it, and answers with it who is there before a sensitive act."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect

from suone.demo.cast import PASSWORD
from tests.conftest import Site, Visitor

ADMINISTRATOR = "romaine.bonvin-praz@example.org"
_TWO_HOURS = 2 * 60 * 60
_KEYS = "SELECT f.id FROM mfa_authenticator f JOIN access_user u ON u.id = f.user_id WHERE u.email = %s AND f.type = 'webauthn'"


@pytest.fixture
def passkeys(site: Site) -> Iterator[Callable[[], int]]:
    """How many passkeys the account has; none of them outlives the test, since others log in with a password alone."""
    yield lambda: len(site.sql(_KEYS, ADMINISTRATOR))
    site.sql(
        "DELETE FROM mfa_authenticator f USING access_user u WHERE u.id = f.user_id AND u.email = %s", ADMINISTRATOR
    )


def _with_authenticator(visitor: Visitor) -> Callable[[], int]:
    """Chromium's virtual authenticator, as a telephone that knows its owner; comes back with how often it has signed."""
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def signed() -> int:
        kept = devtools.send("WebAuthn.getCredentials", {"authenticatorId": added["authenticatorId"]})
        return sum(credential["signCount"] for credential in kept["credentials"])

    return signed


def _leave_the_screen_open(visitor: Visitor) -> None:
    """Two hours pass since somebody last showed who they are."""
    [key] = [cookie["value"] for cookie in visitor.context.cookies() if "session" in cookie["name"]]
    [(kept,)] = visitor.site.sql("SELECT session_data FROM django_session WHERE session_key = %s", key)
    store = SessionStore()
    session = store.decode(str(kept))
    for entry in session["account_authentication_methods"]:
        entry["at"] -= _TWO_HOURS
    visitor.site.sql("UPDATE django_session SET session_data = %s WHERE session_key = %s", store.encode(session), key)


@pytest.mark.browser
def test_a_passkey_is_registered_opens_the_log_in_and_answers_who_is_there(
    visit: Callable[..., Visitor], site: Site, passkeys: Callable[[], int]
) -> None:
    visitor = visit(ADMINISTRATOR, "en", typing=True)
    page = visitor.page
    signed = _with_authenticator(visitor)

    # Registered …
    visitor.open("/accounts/2fa/webauthn/add/")
    page.fill("input[name=password]", PASSWORD)  # asked again before a factor is added
    visitor.press("Confirm")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda address: "/webauthn/add/" not in address)
    assert passkeys() == 1

    # … it opens the log-in by itself …
    visitor.open("/accounts/logout/")
    visitor.press("Log out")
    visitor.open("/cases/")
    expect(page.get_by_role("heading", name=visitor.word("Log in"), exact=True)).to_be_visible()
    before = signed()
    page.click("#passkey_login")
    page.wait_for_url(lambda address: "/accounts/login/" not in address)
    assert signed() > before
    visitor.open("/")
    expect(page.locator("form[data-logout]")).to_be_attached()

    # … and answers before a sensitive act, with what was typed kept meanwhile.
    [(office,)] = site.sql("SELECT id FROM institutions_institution WHERE is_iiz_office")
    visitor.open(f"/appointments/of/{office}/contact-persons/add")
    [(colleague,)] = site.sql(
        "SELECT id FROM appointments_appointment a WHERE institution_id = %s AND ended_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM appointments_contactperson c WHERE c.staff_id = a.id) ORDER BY id LIMIT 1",
        office,
    )
    page.select_option("select[name=staff]", str(colleague))
    page.fill("input[name=topics]", "Typed before the question")
    _leave_the_screen_open(visitor)
    visitor.press("Save")
    expect(page.get_by_role("heading", name=visitor.word("Please confirm that it is you"))).to_be_visible()
    before = signed()
    page.click("#confirm_with_passkey")
    page.wait_for_url(f"**/appointments/of/{office}/contact-persons")
    assert signed() > before
    kept = site.sql("DELETE FROM appointments_contactperson WHERE staff_id = %s RETURNING topics", colleague)
    assert kept == [("Typed before the question",)]
    confirmed = site.sql("SELECT details FROM audit_entry WHERE act = 'identity.confirmed' ORDER BY id DESC LIMIT 1")
    assert confirmed == [({"by": "passkey"},)]
