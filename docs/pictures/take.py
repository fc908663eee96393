"""Take the handbook's pictures from a running `make demo`: `.venv/bin/python docs/pictures/take.py`."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8765"
CHROMIUM = "/usr/bin/chromium"
PASSWORD = "suone-demo-2026"  # noqa: S105 - the demo's, printed at each start
HERE = Path(__file__).parent
COORDINATOR = "stefan.imsand@example.org"
LANGUAGES = ("de", "fr")
# Name of the picture, address, height in pixels from the top.
PAGES = [
    ("today", "/", 800),
    ("contacts", "/directory/?words=SMZ+Siders", 800),
    ("notification", "/cases/notify", 1000),
    ("case", "/dossiers/1/", 1250),
    ("course", "/dossiers/1/course", 1300),
    ("meeting", "/meetings/1/", 1400),
    ("service", "/dossiers/1/services/3", 800),
    ("plan", "/dossiers/1/plans/1/", 1100),
    ("consents", "/dossiers/1/consents/", 900),
]


def take(page: Page, language: str) -> None:
    """One picture a page, in few colours: the handbook is read over slow lines too."""
    for name, address, height in PAGES:
        answer = page.goto(ADDRESS + address)
        if answer is None or not answer.ok:
            raise SystemExit(f"{address} does not show: start from a fresh demo.")
        shot = page.screenshot(clip={"x": 0, "y": 0, "width": 1200, "height": height}, full_page=True)
        picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(160, dither=Image.Dither.NONE)
        picture.save(HERE / f"handbook-{name}-{language}.png", optimize=True)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for language in LANGUAGES:
            page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
            page.goto(f"{ADDRESS}/accounts/login/")
            page.fill("input[name=login]", COORDINATOR)
            page.fill("input[name=password]", PASSWORD)
            page.click("main button.btn-primary")
            page.wait_for_url(f"{ADDRESS}/")
            if page.locator("html").get_attribute("lang") != language:
                page.click(f".languages button[value={language}]")
            take(page, language)
        browser.close()


if __name__ == "__main__":
    main()
