"""What a tenant owns: an object of each kind that addresses name, and all that is stored of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps import apps

from contacts.models import CustomField
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import (
    make_contact,
    make_export,
    make_field,
    make_job,
    make_list,
    make_saved_mapping,
    make_schedule,
    make_webhook_delivery,
    make_webhook_endpoint,
)

# What makes an object of a tenant, by the name that addresses have for its id.
MAKERS = {
    "job_id": make_job,
    "mapping_id": make_saved_mapping,
    "schedule_id": make_schedule,
    "endpoint_id": make_webhook_endpoint,
    "delivery_id": make_webhook_delivery,
    "contact_id": lambda tenant: make_contact(tenant, email="ann@example.com"),
    "list_id": make_list,
    "key": make_field,
    "export_id": make_export,
}


def id_of(made: Any) -> str | UUID:
    """Return what an address calls an object."""
    return made.key if isinstance(made, CustomField) else made.pk


def stored() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables that belong to tenants."""
    with tenant_scope(ALL):
        return {
            model._meta.db_table: list(model.objects.order_by("pk").values())
            for model in apps.get_models()
            if any(field.column == "tenant_id" for field in model._meta.fields)
        }
