"""What holds for every template, and the pages that stand alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string
from lucide import _load_icon as load_icon

TEMPLATES = sorted(
    path.relative_to(settings.BASE_DIR / "templates").as_posix()
    for path in (settings.BASE_DIR / "templates").rglob("*.html")
)
# Names of addresses, and folders of templates.
PORTALS = r"customer[:/]|admin_portal[:/]"


def source_of(name: str) -> str:
    return Path(settings.BASE_DIR / "templates" / name).read_text(encoding="utf-8")


# Mails have no style sheet but the one they bring along.
@pytest.mark.parametrize("name", [name for name in TEMPLATES if not name.startswith("mail/")])
def test_a_template_is_complete_and_has_nothing_inline(name):
    get_template(name)

    source = source_of(name)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|hx-on", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert not re.search(r"(?:src|href)=\"https?:", source)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if "/_" in name])
def test_a_partial_tells_its_context_and_names_no_portal(name):
    source = source_of(name)

    assert source.startswith("{# ")
    assert not re.search(PORTALS, source)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.startswith(("imports/", "contacts/"))])
def test_what_both_portals_show_names_neither(name):
    assert not re.search(PORTALS, source_of(name))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_icon_exists(name):
    for icon in re.findall(r'{% icon "([^"]+)"', source_of(name)):
        load_icon(icon)


@pytest.mark.parametrize("name", ["404.html", "500.html", "403_csrf.html"])
def test_a_page_that_stands_alone_needs_no_context(name):
    page = render_to_string(name)

    assert page.count("<h1>") == 1
    assert "Go to the start page" in page


def test_an_unknown_address_is_said_on_a_page(client, db):
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_pages_forbid_what_is_not_ours(alices):
    policy = alices.get("/imports/")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
