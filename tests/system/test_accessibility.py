"""Every page of the customer portal, in every state, as axe judges it; and the whole way by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Page, Route, expect

from tests.system.browser import ANA, SAMPLES, brake, settle, sign_in, upload

RULES = "wcag2a wcag2aa wcag21a wcag21aa wcag22aa best-practice".split()
FIND_VIOLATIONS = """(rules) =>
  axe.run({ runOnly: rules, resultTypes: ["violations"], preload: false }).then((result) => result.violations)"""
# Both widths and both colour schemes. All four pairs would say the same twice: colours do not hang on the width.
VIEWS = [(1280, "light"), (390, "dark")]

FIRST_SIGHTS = {
    "/": "Bring in your first contacts",
    "/imports/": "No imports yet",
    "/contacts/": "No contacts yet",
}
"""Address → heading, where there is nothing yet."""
OTHER_PAGES = (
    "/",
    "/mappings/",
    "/recurring/",
    "/analytics/",
    "/api/",
    "/contacts/new/",
    "/contacts/columns/",
    "/imports/new/?via=paste",
    "/imports/new/?via=json",
)
"""What nothing else here opens, with something in it."""


def assert_accessible(page: Page) -> None:
    """Hold a page, in the state it is in, against all rules; and against sideways scrolling where it is narrow."""
    # A click that leads to a page returns before the page has its style sheets.
    page.wait_for_load_state()
    before = page.viewport_size
    wrong: list[tuple] = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for rule in page.evaluate(FIND_VIOLATIONS, RULES):
            wrong.append((width, scheme, rule["id"], [node["html"] for node in rule["nodes"]]))
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        needed = page.evaluate("document.documentElement.scrollWidth")
        wrong += [(width, f"needs {needed}")] if needed > width else []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)
    assert not wrong, (page.url, wrong)


@pytest.fixture
def some_rows(tmp_path) -> Path:
    """The first rows of the messy sample: some fail, some are skipped, and pages stay short."""
    path = tmp_path / "contacts-messy.csv"
    lines = (SAMPLES / "contacts-messy.csv").read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join(lines[:300]) + b"\r\n")
    return path


def test_pages_before_there_is_anything(visits, system):
    email = visits.newcomer("vandelay")
    page = visits.page(None)
    page.goto("/sign-in/")
    assert_accessible(page)
    sign_in(page, email, "wrong")
    expect(page.get_by_text("E-mail and password do not go together.")).to_be_visible()
    assert_accessible(page)

    sign_in(page, email, system.sign_ins[email][1])
    for url, heading in FIRST_SIGHTS.items():
        page.goto(url)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        assert_accessible(page)
    page.goto("/imports/new/")
    assert_accessible(page)
    page.get_by_text("Options", exact=True).click()
    page.get_by_role("button", name="Upload and continue").click()
    expect(page.get_by_text("Select a file.")).to_be_visible()
    assert_accessible(page)


def test_pages_of_an_import_from_upload_to_one_contact(visits, some_rows):
    page = visits.page(visits.newcomer("umbrella"))
    upload(page, some_rows)
    assert_accessible(page)
    map_without_contact_point(page)
    with brake(visits.system) as held:
        page.get_by_role("button", name="Start import").first.click()
        expect(page.locator("[data-live]")).to_have_attribute("data-state", "live")
        held.step()
        expect(page.locator("[data-processed]")).to_have_text("100")
        assert_accessible(page)
        page.get_by_role("link", name="Cancel import").click()
        expect(page.get_by_role("dialog", name=re.compile("^Cancel"))).to_be_visible()
        assert_accessible(page)
        page.keyboard.press("Escape")
        running = page.context.new_page()
        running.goto("/imports/")
        expect(running.get_by_text("1 running")).to_be_visible()
        assert_accessible(running)
    page.wait_for_url("**/result/")
    assert_accessible(page)
    look_at_rows(page)
    look_at_lists(page)
    for url in OTHER_PAGES:
        page.goto(url)
        assert_accessible(page)


def map_without_contact_point(page: Page) -> None:
    """Open the dialog for a new field, go on without e-mail and phone, mend it, and go to the review."""
    page.get_by_label("Field for column Plan").select_option("New custom field…")
    expect(page.get_by_role("dialog", name="New field")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    for column in ("E-Mail Address", "Mobile / Phone"):
        page.get_by_label(f"Field for column {column}").select_option("Do not import")
        settle(page)
    page.get_by_role("button", name="Review").first.click()
    expect(page.get_by_role("alert")).to_contain_text("One thing is missing")
    assert_accessible(page)
    page.get_by_label("Field for column E-Mail Address").select_option("E-mail")
    settle(page)
    page.get_by_role("button", name="Review").first.click()
    page.wait_for_url("**/review/")
    assert_accessible(page)


def look_at_rows(page: Page) -> None:
    result = page.url
    page.get_by_role("link", name="Neither e-mail nor phone").click()
    assert_accessible(page)
    for outcome in ("created", "updated"):
        page.goto(result.replace("/result/", f"/rows/?outcome={outcome}"))
        assert_accessible(page)


def look_at_lists(page: Page) -> None:
    page.goto("/imports/")
    assert_accessible(page)
    page.get_by_role("link", name="Delete import").first.click()
    expect(page.get_by_role("dialog", name=re.compile("^Delete"))).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.goto("/imports/?search=nothing+like+it")
    assert_accessible(page)
    page.goto("/contacts/")
    assert_accessible(page)
    page.locator("tbody th a").first.click()
    assert_accessible(page)
    page.goto("/contacts/?search=nobody+like+them")
    assert_accessible(page)
    page.goto("/account/")
    assert_accessible(page)
    page.goto("/account/password/")
    assert_accessible(page)


def test_pages_about_what_went_wrong_are_accessible(visits):
    """In development Django answers with pages of its own, so ours are shown as a server in production would."""

    def answer(route: Route) -> None:
        template = route.request.url.rpartition("/")[2]
        body = render_to_string(template, {"request": None, "wait": "15 minutes"})
        route.fulfill(body=body, content_type="text/html")

    page = visits.page(ANA)
    page.route("**/shown/*", answer)
    for template in ("403.html", "403_csrf.html", "404.html", "429.html", "500.html"):
        page.goto(f"/shown/{template}")
        assert_accessible(page)


def test_the_whole_way_by_keyboard_alone(visits, system, some_rows):
    email = visits.newcomer("vandelay")
    page = visits.page(None)
    page.goto("/sign-in/")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(system.sign_ins[email][1])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{system.url}/")

    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    press(page, "New import")
    page.wait_for_url("**/imports/new/")
    with page.expect_file_chooser() as chooser:
        press(page, "Choose file")
    chooser.value.set_files(some_rows)
    press(page, "Upload and continue")
    page.wait_for_url("**/map/")

    # The last of the choices asks for a field of one's own.
    tab_to(page, "Field for column Plan")
    page.keyboard.press("End")
    dialog = page.get_by_role("dialog", name="New field for “Plan”")
    expect(dialog.get_by_label("Name")).to_be_focused()
    settle(page)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Field for column Plan")).to_be_focused()
    expect(page.get_by_label("Field for column Plan")).to_have_value("custom:plan")

    press(page, "Review 2")
    page.wait_for_url("**/review/")
    press(page, "Start import of 2")
    page.wait_for_url("**/result/")


def test_lists_contacts_exports_and_webhooks_by_keyboard_alone(visits, tmp_path):
    page = visits.page(visits.newcomer("umbrella"))
    make_list(page)
    edit_a_contact(page)
    export_contacts(page)
    tell_a_program(page)


def make_list(page: Page) -> None:
    """Make a list, look at its page, rename it."""
    page.goto("/lists/")
    tab_to(page, "Name")
    page.keyboard.type("Fair")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Made “Fair”.")).to_be_visible()
    assert_accessible(page)
    press(page, "Fair")
    expect(page.get_by_role("heading", name="Nobody is on this list yet")).to_be_visible()
    assert_accessible(page)
    press(page, "Rename")
    expect(page.get_by_role("dialog").get_by_label("Name")).to_be_focused()
    settle(page)
    page.keyboard.press("End")
    page.keyboard.type(" 2026")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Fair 2026", exact=True)).to_be_visible()


def edit_a_contact(page: Page) -> None:
    """Add a contact to the list, change it, delete it."""
    page.goto("/contacts/new/")
    tab_to(page, "E-mail")
    page.keyboard.type("fay@example.com")
    tab_to(page, "Fair 2026")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="fay@example.com")).to_be_visible()
    press(page, "Fair 2026")
    expect(page.get_by_role("heading", name="Fair 2026")).to_be_visible()
    assert_accessible(page)
    page.go_back()
    expect(page.get_by_role("heading", name="fay@example.com")).to_be_visible()
    press(page, "Edit")
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    assert_accessible(page)
    tab_to(page, "First name")
    page.keyboard.type("Fay")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    press(page, "Delete Fay")
    expect(page.get_by_role("dialog", name="Delete “Fay”?")).to_be_visible()
    assert_accessible(page)
    press(page, "Delete contact")
    expect(page.get_by_text("Deleted “Fay”.")).to_be_visible()


def export_contacts(page: Page) -> None:
    page.goto("/exports/new/")
    assert_accessible(page)
    press(page, "Move First name down")
    expect(page.locator(".order li").nth(1)).to_contain_text("First name")
    settle(page)
    press(page, "Export")
    expect(page.get_by_role("link", name="Download CSV: all contacts")).to_be_visible()
    assert_accessible(page)


def tell_a_program(page: Page) -> None:
    """Add an address, send it a test, look at the message, pause it."""
    page.goto("/webhooks/")
    assert_accessible(page)
    tab_to(page, "Address")
    page.keyboard.type("http://127.0.0.1:9/hook")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Added. It is told of the next import that ends.")).to_be_visible()
    press(page, "Send a test to http://127.0.0.1:9/hook")
    expect(page.get_by_role("heading", name="webhook.test")).to_be_visible()
    assert_accessible(page)
    page.goto("/webhooks/")
    assert_accessible(page)
    press(page, "Pause http://127.0.0.1:9/hook")
    expect(page.get_by_role("button", name="Switch on http://127.0.0.1:9/hook")).to_be_visible()


def focused(page: Page) -> str:
    """Return the name of what has the focus."""
    return page.evaluate(
        "(({ activeElement: it }) => (it.ariaLabel ?? it.labels?.[0]?.textContent ?? it.textContent).trim())(document)"
    )


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something of this name has the focus; all that has it on the way shows so."""
    # What is pressed before the page's scripts are there goes the way without them.
    page.wait_for_load_state()
    for _ in range(100):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(({ outlineStyle, boxShadow }) => outlineStyle + boxShadow)(getComputedStyle(document.activeElement))"
        )
        assert style != "nonenone", f"“{focused(page)}” has the focus and does not show it"
        if focused(page).startswith(name):
            return
    pytest.fail(f"“{name}” is not to be reached with Tab")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")
