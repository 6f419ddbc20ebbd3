"""How much a page weighs: it and all that it has a browser fetch, compressed, is under 150 kB."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from tests.factories import import_csv
from tests.portals.admin.test_access import STAFF_PAGES, arguments
from tests.portals.test_statements import KEYS, MAKERS, PAGES

MOST_BYTES = 150_000
FILE = re.compile(r'(?:href|src)="/static/([^"]+)"')
# What a style sheet would fetch besides; pictures within it are counted as its own.
FETCHED_BY_STYLES = re.compile(r"""url\((?!["']?data:)|@import""")


@pytest.fixture
def job(acme):
    """Return an import with a page full of failed rows, fifty columns wide."""
    headers = ",".join(f"Column {number}" for number in range(48))
    cells = ",".join(f"Something like this {number}" for number in range(48))
    rows = "".join(f"ann{number}@example.com,Ann,{cells}\n" for number in range(40))
    failed = "".join(f"nobody {number},Ben,{cells}\n" for number in range(60))
    return import_csv(acme, f"Email,First Name,{headers}\n{rows}{failed}")


def test_pages_of_a_tenant_are_light(client, acme, alice, job):
    client.force_login(alice)

    made = {key: make(acme).pk for key, make in MAKERS.items()}
    urls = {name: reverse(f"customer:{name}", args=arguments(name, made.get(KEYS[name], job.pk))) for name in PAGES}
    weights = {name: weight(client, url) for name, url in urls.items()}

    assert {name: size for name, size in weights.items() if size >= MOST_BYTES} == {}


def test_pages_of_all_tenants_are_light(client, staff, job):
    client.force_login(staff)

    weights = {url: weight(client, url) for url in STAFF_PAGES}

    assert {url: size for url, size in weights.items() if size >= MOST_BYTES} == {}


def weight(client, url: str) -> int:
    response = client.get(url, follow=True, headers={"Accept-Encoding": "gzip"})
    # A download is no page.
    if response.streaming or not response["Content-Type"].startswith("text/html"):
        return 0
    files = set(FILE.findall(gzip.decompress(response.content).decode()))
    return len(response.content) + sum(weight_of_file(name) for name in files)


@cache
def weight_of_file(name: str) -> int:
    content = Path(finders.find(name)).read_bytes()
    assert not (name.endswith(".css") and FETCHED_BY_STYLES.search(content.decode())), f"{name} has more fetched."
    # As collectstatic compresses it.
    return len(gzip.compress(content, 9))
