from __future__ import annotations

import pytest

from tests.standins import connect_google, google_standin


@pytest.fixture
def google(settings):
    """Google, as the stand-in plays it."""
    with google_standin(settings) as standin:
        yield standin


@pytest.fixture
def connected(google, acme, alice):
    """Google, with Alice's account connected for Acme."""
    connect_google(acme, alice)
    return google
