"""The API's documentation in a browser: whole, with nothing from elsewhere and nothing that the policy forbids."""

from __future__ import annotations

from playwright.sync_api import expect


def test_documentation_is_shown_and_opens(visits):
    page = visits.page(None)
    page.goto("/v1/docs")

    operation = page.locator("#operations-imports-imports_bulk")
    operation.get_by_text("Import contacts from JSON").click()

    expect(operation.get_by_text("At most 10,000 contacts and 20 MB a call.")).to_be_visible()
    expect(operation.get_by_text("Idempotency-Key", exact=True).first).to_be_visible()
