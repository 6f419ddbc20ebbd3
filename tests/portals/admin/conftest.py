from __future__ import annotations

import pytest


@pytest.fixture
def stellas(client, staff):
    """A browser in which Stella of the platform staff is signed in."""
    client.force_login(staff)
    return client
