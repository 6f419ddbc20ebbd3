"""Field mappings that a tenant keeps: for files with the same columns, and one as the default for all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from contacts import services as contact_services
from contacts.fields import CUSTOM_PREFIX, is_custom_key
from imports.engine.mapping import fingerprint, fold_header
from imports.engine.schema import FieldMapping, MappedColumn
from imports.models import ImportJob, SavedFieldMapping
from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import lock_tenant
from irisx.refusals import Conflict, Invalid

NEARLY_THE_SAME = 0.75
"""The share of two files' columns, together, that both must have for the mapping of one to be tried on the other."""

FEWEST_SHARED = 3

MAPPINGS_TRIED = 200
"""The newest ones, on a file that none was saved for."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a saved mapping says of the columns of a file."""

    saved: SavedFieldMapping
    columns: Mapping[str, MappedColumn]  # by header of the file
    is_whole: bool  # it was saved for just these columns: one that it does not name is not imported
    is_default: bool = False  # it was saved for other columns, and stands in for want of one

    @property
    def name(self) -> str:
        return self.saved.name


def memory_of(tenant: Tenant, headers: Sequence[str]) -> Memory | None:
    """Return what the tenant saved for a file with these headers; None if nothing fits.

    A mapping saved for the same headers is taken whole; one for nearly the same, or else the default one, says what it
    knows, header by header. Headers are the same if they are but for case, accents and punctuation.
    """
    all_saved = SavedFieldMapping.objects.filter(tenant=tenant)
    saved = all_saved.filter(fingerprint=fingerprint(headers)).order_by("-is_default", "-id").first()
    if saved is not None:
        return Memory(saved, _known(saved, headers), is_whole=True)
    saved = _nearest(all_saved, headers)
    if saved is not None:
        return Memory(saved, _known(saved, headers), is_whole=False)
    saved = all_saved.filter(is_default=True).first()
    known = _known(saved, headers) if saved else {}
    return Memory(saved, known, is_whole=False, is_default=True) if saved and known else None


def _nearest(all_saved: QuerySet[SavedFieldMapping], headers: Sequence[str]) -> SavedFieldMapping | None:
    """Return the saved mapping whose columns are most like these: a column more or less, the others the same."""
    folded = set(map(fold_header, headers)) - {""}
    best, best_likeness = None, 0.0
    for saved in all_saved.order_by("-id")[:MAPPINGS_TRIED]:
        its_own = set(map(fold_header, saved.mapping)) - {""}
        shared = folded & its_own
        likeness = len(shared) / max(len(folded | its_own), 1)
        if len(shared) >= FEWEST_SHARED and likeness >= NEARLY_THE_SAME and likeness > best_likeness:
            best, best_likeness = saved, likeness
    return best


def _known(saved: SavedFieldMapping, headers: Iterable[str]) -> dict[str, MappedColumn]:
    columns = FieldMapping.from_json(saved.mapping).columns
    exact = {column.header: column for column in columns}
    folded = {fold_header(column.header): column for column in columns}
    known: dict[str, MappedColumn] = {}
    given: set[str] = set()
    for header in headers:
        column = exact.get(header) or folded.get(fold_header(header))
        # Two headers may be one but for their signs: the field goes to the first.
        if column is not None and column.field not in given:
            known[header] = replace(column, header=header)
            given |= {column.field} if column.field else set()
    return known


def of_tenant(tenant: Tenant) -> QuerySet[SavedFieldMapping]:
    """Return the tenant's saved mappings by name."""
    return SavedFieldMapping.objects.filter(tenant=tenant).order_by("name", "id")


def create(
    tenant: Tenant,
    *,
    user: User | None,
    name: str,
    mapping: FieldMapping,
    headers: Sequence[str] = (),
    description: str = "",
    is_default: bool = False,
) -> SavedFieldMapping:
    """Keep a field mapping. `headers` are all columns of the file it is for, in order; by default those it names.

    Inside the tenant's scope. Raises Conflict if the name is taken, Invalid for a mapping that cannot be.
    """
    check_targets(tenant, mapping)
    lock_tenant(tenant)
    _check_name(tenant, name)
    if of_tenant(tenant).count() >= settings.SAVED_MAPPINGS_PER_TENANT:
        limit = settings.SAVED_MAPPINGS_PER_TENANT
        raise Conflict("too_many_mappings", f"You have {limit} saved mappings. Delete one first.", limit=limit)
    if is_default:
        _end_default(tenant)
    return SavedFieldMapping.objects.create(
        tenant=tenant,
        user=user,
        name=name,
        description=description,
        mapping=mapping.as_json(),
        is_default=is_default,
        fingerprint=_fingerprint(mapping, headers),
    )


def change(
    saved: SavedFieldMapping,
    *,
    name: str | None = None,
    mapping: FieldMapping | None = None,
    headers: Sequence[str] = (),
    description: str | None = None,
    is_default: bool | None = None,
) -> None:
    """Change what is given. Inside the tenant's scope. Raises Conflict if the name is taken, Invalid as create()."""
    if headers and mapping is None:
        raise Invalid("invalid_value", "headers: send the mapping with them.", field="headers")
    if mapping is not None:
        check_targets(saved.tenant, mapping)
    lock_tenant(saved.tenant_id)
    changes: dict[str, Any] = {}
    if name is not None:
        _check_name(saved.tenant, name, saved)
        changes["name"] = name
    if description is not None:
        changes["description"] = description
    if is_default is not None:
        changes["is_default"] = is_default
        if is_default:
            _end_default(saved.tenant)
    if mapping is not None:
        changes |= {"mapping": mapping.as_json(), "fingerprint": _fingerprint(mapping, headers)}
    if changes:
        SavedFieldMapping.objects.filter(pk=saved.pk).update(**changes)
        saved.refresh_from_db()


def remember(tenant: Tenant, *, user: User | None, name: str, mapping: FieldMapping, headers: Sequence[str]) -> None:
    """Keep the mapping of an import that starts, in place of the one of that name. Inside the tenant's lock."""
    SavedFieldMapping.objects.update_or_create(
        tenant=tenant,
        name=name[:200],
        defaults={"user": user, "mapping": mapping.as_json(), "fingerprint": _fingerprint(mapping, headers)},
    )


def would_help(job: ImportJob) -> bool:
    """Tell whether a finished import's mapping is worth saving: it was changed, it worked, and it is not saved yet."""
    if job.status != ImportJob.Status.COMPLETED or not job.success_count or not job.columns:
        return False
    suggested = {column["header"]: column["field"] for column in job.columns}
    if all(suggested.get(column.header) == column.field for column in job.mapping.columns):
        return False
    saved = SavedFieldMapping.objects.filter(
        tenant=job.tenant_id, fingerprint=fingerprint([column["header"] for column in job.columns])
    )
    return job.field_mapping not in [one.mapping for one in saved]


def check_targets(tenant: Tenant, mapping: FieldMapping) -> None:
    """Raise Invalid unless the mapping names known fields, or custom ones that can be made, each once."""
    known = contact_services.fields_of(tenant)
    taken: dict[str, str] = {}
    for column in mapping.columns:
        if not column.field:
            continue
        if column.field not in known and not (
            column.field.startswith(CUSTOM_PREFIX) and is_custom_key(column.field.removeprefix(CUSTOM_PREFIX))
        ):
            raise Invalid(
                "unknown_field",
                f"“{column.field}” is no field that a column can become. Choose a known field, or custom:<key> with a "
                "key of small letters, digits and _ that no field has.",
                field=column.field,
            )
        if column.field in taken:
            raise Invalid(
                "field_mapped_twice",
                f"“{taken[column.field]}” and “{column.header}” are both mapped to {column.field}. Choose one of them.",
                field=column.field,
            )
        taken[column.field] = column.header


def _check_name(tenant: Tenant, name: str, saved: SavedFieldMapping | None = None) -> None:
    others = SavedFieldMapping.objects.filter(tenant=tenant, name=name)
    if (others.exclude(pk=saved.pk) if saved else others).exists():
        raise Conflict("mapping_exists", f"There is a saved mapping “{name}” already. Take another name.", field="name")


def _end_default(tenant: Tenant) -> None:
    SavedFieldMapping.objects.filter(tenant=tenant, is_default=True).update(is_default=False)


def _fingerprint(mapping: FieldMapping, headers: Sequence[str]) -> str:
    return fingerprint(headers or [column.header for column in mapping.columns])
