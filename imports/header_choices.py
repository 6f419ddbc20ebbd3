"""What a tenant chose for a header, whatever file it was in: learned when an import starts, used for the next file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from imports.engine.mapping import fold_header
from imports.engine.schema import FieldMapping
from imports.models import HeaderChoice, ImportJob, SavedFieldMapping
from irisx.accounts.models import Tenant

COLUMNS_LEARNED = 1_000
"""Of a wider file the columns after these are not remembered; nobody has looked at each of them."""

_HEADER_CHARACTERS = 200


def learn(job: ImportJob, mapping: FieldMapping) -> None:
    """Remember what a job's columns became. Inside the tenant's scope, in the transaction that starts the job.

    A column that is left out is remembered only if a field was suggested for it: most are left out because no field
    fits yet, and one may some day. It may run twice.
    """
    suggested = {column["header"]: column["field"] for column in job.columns}
    chosen: dict[str, str | None] = {}
    for column in mapping.columns[:COLUMNS_LEARNED]:
        header = _key(column.header)
        if header and (column.field or suggested.get(column.header)):
            chosen.setdefault(header, column.field)
    now = timezone.now()
    HeaderChoice.objects.bulk_create(
        [
            HeaderChoice(tenant_id=job.tenant_id, header=header, field=field, chosen_at=now)
            # In one order for all, so that two imports that start at once do not wait for each other.
            for header, field in sorted(chosen.items())
        ],
        update_conflicts=True,
        unique_fields=["tenant", "header"],
        update_fields=["field", "chosen_at"],
    )
    if job.used_mapping and job.used_mapping.get("id"):
        saved = SavedFieldMapping.objects.filter(tenant_id=job.tenant_id, pk=job.used_mapping["id"])
        saved.update(used_at=now)


def recall(tenant: Tenant, headers: Sequence[str]) -> Mapping[str, str | None]:
    """Return what the tenant chose last for these headers: folded header → field key, or None for left out."""
    keys = {_key(header): fold_header(header) for header in headers[:COLUMNS_LEARNED] if _key(header)}
    found = HeaderChoice.objects.filter(tenant=tenant, header__in=keys).values_list("header", "field")
    return {keys[header]: field for header, field in found}


def _key(header: str) -> str:
    return fold_header(header)[:_HEADER_CHARACTERS]
