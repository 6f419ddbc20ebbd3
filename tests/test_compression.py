"""Which answers go out compressed."""

from __future__ import annotations

import pytest

COMPRESSING = {"Accept-Encoding": "gzip, br"}


def test_a_page_goes_out_compressed_to_who_takes_it(client, alice):
    client.force_login(alice)

    compressed, plain = client.get("/contacts/", headers=COMPRESSING), client.get("/contacts/")

    assert compressed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in compressed["Vary"]
    assert len(compressed.content) < len(plain.content) / 2
    assert not plain.has_header("Content-Encoding")


@pytest.mark.parametrize("url", ["/v1/imports", "/healthz"])
def test_answers_to_programs_go_out_as_they_are(client, url):
    assert not client.get(url, headers=COMPRESSING).has_header("Content-Encoding")
