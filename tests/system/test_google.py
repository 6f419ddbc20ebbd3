"""Connecting Google in a window of its own, as people do, before the program that stands in for it."""

from __future__ import annotations

from playwright.sync_api import expect

from irisx.embedded.standins.demo_sheets import ADDRESSES
from tests.system.browser import settle
from tests.system.test_accessibility import assert_accessible

SHEET = "/imports/new/?via=sheet"


def test_google_from_the_popup_to_the_mapping_and_until_consent_ends(visits, system):
    page = visits.page(visits.newcomer("wayne"))
    page.goto(SHEET)
    expect(page.get_by_text("This is a demo of Google Sheets.")).to_be_visible()
    assert_accessible(page)

    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Connect Google").click()
    popup = opened.value
    popup.wait_for_url(f"{system.google_url}/**")
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Allow").click()
    # The page goes on by itself.
    expect(page.get_by_text("Google is connected since")).to_be_visible()
    assert_accessible(page)

    page.get_by_label("Address of the sheet").fill(ADDRESSES[0][1])
    page.get_by_role("button", name="Look up tabs").click()
    expect(page.get_by_text("“Partner leads”, 3 tabs.")).to_be_visible()
    settle(page)
    assert_accessible(page)
    page.get_by_label("Tab").select_option("Leads 2025")
    page.get_by_role("button", name="Read sheet and map columns").click()
    page.wait_for_url("**/map/")
    expect(page.get_by_role("button", name="Review 318 rows").first).to_be_visible()
    assert_accessible(page)

    # An hour, a week or half a year later.
    system.query(
        "UPDATE google_oauth_tokens SET needs_reconnect = true FROM tenants "
        "WHERE tenants.id = tenant_id AND slug = 'wayne' RETURNING google_oauth_tokens.id"
    )
    page.goto(SHEET)
    expect(page.get_by_text("Google wants your consent once more.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Disconnect instead").click()
    expect(page.get_by_role("heading", name="Connect your Google account")).to_be_visible()


def test_airtable_asks_for_a_token(visits):
    page = visits.page(visits.newcomer("wayne"))
    page.goto("/imports/new/?via=airtable")
    assert_accessible(page)
    page.get_by_role("button", name="Connect Airtable").click()
    expect(page.get_by_text("Enter a personal access token.")).to_be_visible()
    assert_accessible(page)
