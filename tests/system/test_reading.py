"""A file that was read in the wrong way, put right on the mapping page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.system.browser import upload
from tests.system.test_accessibility import assert_accessible

# Few letters, in an encoding of old DOS programs: another one is as likely, and the page says so.
SWEDISH = "Förnamn;E-post;Stad\nÅsa;asa@example.com;Örebro\n"


def preview_of(page: Page):
    return page.get_by_role("region", name="The first rows as they will be stored")


def test_a_wrong_encoding_is_put_right_and_the_preview_changes(visits, tmp_path):
    path = tmp_path / "medlemmar.csv"
    path.write_bytes(SWEDISH.encode("cp850"))
    page = visits.page(visits.newcomer("readers"))
    upload(page, path)
    expect(page.get_by_text("The file's encoding is not certain")).to_be_visible()
    expect(preview_of(page)).not_to_contain_text("Åsa")

    page.get_by_label("Encoding").select_option("Western (DOS, 850)")
    page.get_by_role("button", name="Read again").click()

    expect(preview_of(page)).to_contain_text("Åsa")
    expect(preview_of(page)).to_contain_text("Örebro")
    expect(page.get_by_label("Encoding")).to_have_value("cp850")
    expect(page.get_by_text("The file's encoding is not certain")).to_have_count(0)
    assert_accessible(page)


def test_a_phone_book_of_vcards_comes_in(visits, tmp_path):
    path = tmp_path / "phone.vcf"
    path.write_text("BEGIN:VCARD\nVERSION:3.0\nFN:Zoë Ångström\nN:Ångström;Zoë;;;\nEMAIL:zoe@example.com\nEND:VCARD\n")
    page = visits.page(visits.newcomer("phonebook"))

    upload(page, path)

    expect(page.get_by_label("Field for column Email")).to_have_value("email")
    expect(preview_of(page)).to_contain_text("Ångström")
