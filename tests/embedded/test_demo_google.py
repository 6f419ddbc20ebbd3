"""bin/run --demo-google is for development alone."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command


def test_nothing_stands_in_for_google_in_production(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="is for development"):
        call_command("up", demo_google=True)
