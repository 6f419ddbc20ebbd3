from __future__ import annotations

import pytest


@pytest.fixture
def alices(client, alice):
    """A browser in which Alice of acme is signed in."""
    client.force_login(alice)
    return client
