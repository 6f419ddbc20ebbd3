"""The import history: filters that live in the address, pages of 25, newest first."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils import timezone

from imports import history
from imports.models import ImportJob, ImportJobQuerySet
from portals import wording
from portals.forms import Styled

ROWS_PER_PAGE = 25

# Beside the stored states: what people look for, and what they are to see of "completed".
COMPLETED_WITH_ERRORS = "completed_with_errors"
_STATUSES = [
    ("", "Any status"),
    *ImportJob.Status.choices,
    (COMPLETED_WITH_ERRORS, wording.WITH_ERRORS.words),
]


class HistoryFilter(Styled):
    """What the history shows. A value that makes no sense filters nothing and is said at its field."""

    search = forms.CharField(label="File or person", max_length=200, required=False, widget=forms.SearchInput())
    status = forms.ChoiceField(label="Status", choices=_STATUSES, required=False)
    source = forms.ChoiceField(
        label="Source", choices=[("", "Any source"), *ImportJob.SourceType.choices], required=False
    )
    after = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    @property
    def given(self) -> dict[str, Any]:
        """The filters that were given and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    @property
    def is_filtered(self) -> bool:
        return bool(self.given)

    @property
    def query(self) -> str:
        """The filters as they stand in an address, for the links to other pages."""
        return urlencode(self.given)

    def narrow(self, jobs: ImportJobQuerySet) -> ImportJobQuerySet:
        """Return those of the jobs that the filters let through."""
        given = self.given
        before = given.get("before")
        found = history.matching(
            jobs.filter(_of_status(given.get("status", ""))),
            source_type=given.get("source", ""),
            created_after=_midnight(given.get("after")),
            created_before=_midnight(before and before + timedelta(days=1)),
        )
        search = given.get("search", "")
        by_person = Q(user__name__icontains=search) | Q(user__email__icontains=search)
        return history.matching(found, search=search) | found.filter(by_person) if search else found


def page_of(jobs: ImportJobQuerySet, form: HistoryFilter, *, number: str | None) -> Page[ImportJob]:
    """Return a page of those of the jobs that the filters let through; the nearest if there is none of that number."""
    found = form.narrow(jobs).newest_first().select_related("tenant", "user")
    return Paginator(found, ROWS_PER_PAGE).get_page(number)


def _of_status(status: str) -> Q:
    if status == COMPLETED_WITH_ERRORS:
        return Q(status=ImportJob.Status.COMPLETED, error_count__gt=0)
    if status == ImportJob.Status.COMPLETED:
        return Q(status=status, error_count=0)
    return Q(status=status) if status else Q()


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
