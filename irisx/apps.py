from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class OperatorsConfig(AdminConfig):
    """Django admin, with our site as its default: whatever registers itself does so there."""

    default_site = "irisx.operators.OperatorsSite"
