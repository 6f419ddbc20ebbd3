"""Platform staff at work: a tenant and its people by keyboard, an import by mouse, and each page as axe judges it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.system.browser import brake, job_id_of, settle
from tests.system.test_accessibility import assert_accessible, press

STAFF, OPERATOR = "admin@irisx.example", "operator@irisx.example"
# A dialog, an error in the console or a request that it causes fails the test: the visits note them.
MARKUP = "<svg onload=alert(1)>Wayne<script>alert(2)</script>"


def sign_in_at(page: Page, system, email: str, door: str = "/admin/sign-in/", field: str = "E-mail") -> None:
    page.goto(door)
    page.get_by_label(field).focus()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(system.sign_ins[email][1])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url and "login" not in url)


def type_into(page: Page, label: str, text: str) -> None:
    """Press Tab until the field of this label has the focus, and type."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.labels?.[0]?.textContent.trim() ?? ''") == label:
            page.keyboard.type(text)
            return
    pytest.fail(f"“{label}” is not to be reached with Tab")


def test_a_tenant_and_its_people_by_keyboard_alone(visits, system):
    page = visits.page(None)
    sign_in_at(page, system, STAFF)
    press(page, "Tenants")
    page.wait_for_url("**/tenants/")
    press(page, "New tenant")
    page.wait_for_url("**/new/")
    type_into(page, "Name", MARKUP)
    type_into(page, "Short name", "gotham")
    type_into(page, "E-mail of the first user", "lucius@gotham.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tenants/gotham/users/")
    expect(page.get_by_text("lucius@gotham.example is invited.")).to_be_visible()

    type_into(page, "E-mail", "alfred@gotham.example")
    type_into(page, "Name", MARKUP)
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 users")).to_be_visible()
    line = page.get_by_role("row").filter(has_text="alfred@gotham.example")
    expect(line.get_by_text("Invited")).to_be_visible()
    press(page, "Invite again: alfred@gotham.example")
    expect(page.get_by_text("is on its way to alfred@gotham.example")).to_be_visible()
    press(page, "Deactivate alfred@gotham.example")
    expect(line.get_by_text("Deactivated")).to_be_visible()
    press(page, "Activate alfred@gotham.example")
    expect(line.get_by_text("Invited")).to_be_visible()
    assert_accessible(page)


@pytest.fixture
def leads(tmp_path):
    path = tmp_path / f"{MARKUP.replace('/', '')}.csv"
    rows = "".join(f"{MARKUP},person{number}@example.com\n" for number in range(400))
    path.write_text(f"Name,Email\n{rows}Ben,ben@\n")
    return path


def test_an_import_for_a_tenant_that_failed_is_put_back_and_its_row_mended(visits, system, leads):
    visits.newcomer("stark")
    page = visits.page(None)
    sign_in_at(page, system, STAFF)
    page.get_by_role("link", name="Viewing: all tenants").click()
    page.get_by_role("dialog").get_by_role("link", name="Stark").click()
    expect(page.get_by_role("link", name="Viewing: Stark")).to_be_visible()
    page.wait_for_load_state()
    upload_for(page, "stark", leads)
    page.get_by_role("button", name="Review").first.click()
    page.wait_for_url("**/review/")
    with brake(system) as held:
        page.get_by_role("button", name="Start import").first.click()
        page.wait_for_url("**/progress/")
        held.await_chunk()
        page.get_by_role("button", name="Pause").click()
        settle(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("is paused")
    job_id = job_id_of(page)
    system.query(
        "UPDATE import_jobs SET status = 'failed', completed_at = now(), error_details = %s WHERE id = %s RETURNING id",
        '{"code": "storage_unavailable", "error": "The file store did not answer."}',
        job_id,
    )

    page.goto("/admin/")
    line = page.get_by_role("row").filter(has_text="The file store did not answer.")
    line.get_by_role("button", name="Put back in the queue").click()
    expect(page.get_by_text("is in the queue again")).to_be_visible()
    page.goto(f"/admin/tenants/stark/imports/{job_id}/")
    page.wait_for_url("**/result/")
    mend_the_one(page)


def upload_for(page: Page, slug: str, path) -> None:
    page.goto(f"/admin/tenants/{slug}/imports/new/")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Upload and continue").click()
    page.wait_for_url("**/map/")


def mend_the_one(page: Page) -> None:
    """Go from the cause to its row, mend it, import it, and see that it came in."""
    page.get_by_role("link", name="Mend rows").click()
    cell = page.get_by_label("Email, row 402")
    cell.fill("ben@example.com")
    cell.press("Enter")
    expect(page.locator("tr.fixed")).to_have_count(1)
    page.get_by_role("button", name="Import 1 mended row").click()
    page.wait_for_url("**/result/")
    expect(page.locator("#timeline").get_by_text("1 mended row came in")).to_be_visible()


def test_pages_of_staff_are_for_everybody(visits, system):
    visits.newcomer("oscorp")
    page = visits.page(None)
    page.goto("/admin/sign-in/")
    assert_accessible(page)
    sign_in_at(page, system, STAFF)
    assert_accessible(page)
    page.get_by_role("link", name="Viewing: all tenants").click()
    expect(page.get_by_role("dialog", name="Whose imports?")).to_be_visible()
    assert_accessible(page)
    for path in ("imports/", "analytics/", "tenants/", "tenants/?search=nobody", "tenants/new/"):
        page.goto(f"/admin/{path}")
        assert_accessible(page)
    page.get_by_role("button", name="Make the tenant").click()
    expect(page.get_by_text("Enter the tenant’s name.")).to_be_visible()
    assert_accessible(page)
    page.goto("/admin/tenants/oscorp/settings/")
    assert_accessible(page)


def test_django_admin_keeps_to_our_policy(visits, system):
    page = visits.page(None)
    sign_in_at(page, system, OPERATOR, "/django-admin/login/", field="Email:")
    for path in ("", "imports/importjob/", "imports/correctionrun/", "accounts/tenant/", "accounts/user/"):
        page.goto(f"/django-admin/{path}")
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
