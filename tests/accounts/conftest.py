from __future__ import annotations

import pytest

from irisx.accounts.models import User
from tests.conftest import PASSWORD


@pytest.fixture
def operator(db) -> User:
    return User.objects.create_superuser("operator@irisx.example", PASSWORD, name="Otto Operator")
