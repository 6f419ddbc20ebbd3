"""Finding imports again: the filters of the history, for the API and the portals."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from imports.models import ImportJobQuerySet


def matching(
    jobs: ImportJobQuerySet,
    *,
    status: str = "",
    source_type: str = "",
    created_after: datetime | None = None,
    created_before: datetime | None = None,
    search: str = "",
) -> ImportJobQuerySet:
    """Return those of the jobs that fit every filter given. `search` looks at filename, external id and id."""
    if status:
        jobs = jobs.filter(status=status)
    if source_type:
        jobs = jobs.filter(source_type=source_type)
    if created_after:
        jobs = jobs.filter(created_at__gte=created_after)
    if created_before:
        jobs = jobs.filter(created_at__lt=created_before)
    if search:
        found = Q(filename__icontains=search) | Q(external_id__icontains=search)
        if job_id := _uuid(search):
            found |= Q(pk=job_id)
        jobs = jobs.filter(found)
    return jobs


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
