"""Make the pictures of README.md and docs/ from a running system: .venv/bin/python docs/screenshots.py [ADDRESS]

Start `bin/run` on a fresh data folder first (IRISX_DATA_DIR). ADDRESS is what it printed, by default of port 8000.
It signs in as demo users, imports the samples, and writes docs/images/ with the Chromium at $CHROMIUM. All people are
invented.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).resolve().parent
SAMPLES = DOCS.parent / "samples"
IMAGES = DOCS / "images"
ANA = ("ana@acme.example", "acme-demo-password", "/sign-in/")
ADMIN = ("admin@irisx.example", "admin-demo-password", "/admin/sign-in/")
WAIT_MS = 120_000
LONG_IMPORT_ROWS = 120_000


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = signed_in(browser, address, *ANA)
        import_and_mend(page)
        watch_progress(page)
        page = signed_in(browser, address, *ADMIN)
        page.goto("/admin/")
        shoot(page, "overview")


def signed_in(browser: Browser, address: str, email: str, password: str, sign_in: str) -> Page:
    context = browser.new_context(
        base_url=address, viewport={"width": 1280, "height": 860}, locale="en-GB", reduced_motion="reduce"
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.goto(sign_in)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def import_and_mend(page: Page) -> None:
    """Take the messy sample from its upload to the page where failed rows are mended."""
    upload(page, SAMPLES / "contacts-messy.csv")
    shoot(page, "mapping")
    page.get_by_role("button", name="Review").first.click()
    page.wait_for_url("**/review/")
    page.get_by_role("button", name="Start import").first.click()
    page.wait_for_url("**/result/")
    shoot(page, "result")
    page.get_by_role("link", name="Mend").first.click()
    page.wait_for_load_state()
    shoot(page, "mending")


def watch_progress(page: Page) -> None:
    """Start an import of many rows, and take its picture half way."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "autumn-fair-leads.csv"
        write_long(path)
        upload(page, path)
    page.get_by_role("button", name="Review").first.click()
    page.wait_for_url("**/review/")
    page.get_by_role("button", name="Start import").first.click()
    page.locator("[data-processed]").wait_for()
    page.wait_for_function(
        "(rows) => Number(document.querySelector('[data-processed]').textContent.replaceAll(',', '')) > rows",
        arg=LONG_IMPORT_ROWS / 3,
    )
    shoot(page, "progress")
    page.wait_for_url("**/result/")


def write_long(path: Path) -> None:
    """Write a file of many people, of whom some stand in the samples and some cannot be reached."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["First Name", "Last Name", "E-Mail", "Phone", "Company"])
        for number in range(LONG_IMPORT_ROWS):
            email = "not an address" if number % 250 == 0 else f"guest{number % 110_000}@example.com"
            writer.writerow(["Robin", f"Guest {number}", email, "", "Harborlight Logistics"])


def upload(page: Page, path: Path) -> None:
    page.goto("/imports/new/")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Upload and continue").click()
    page.wait_for_url("**/map/")


def shoot(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
