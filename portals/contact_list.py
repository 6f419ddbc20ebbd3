"""The contacts page: found by prefix, list and import; in an order of one's choice; pages by cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Q

from contacts import search as contact_search
from contacts.exports import Selection
from contacts.fields import Field
from contacts.models import Contact, ContactList, ContactQuerySet
from contacts.ordering import NAME, Order
from imports import provenance
from imports.models import ImportJob, ImportJobQuerySet
from irisx.accounts.models import Tenant
from portals.contact_columns import Cell, Column, cells_of
from portals.forms import Styled

CONTACTS_PER_PAGE = 25
IMPORTS_SHOWN = 25
"""To choose from: the newest, and the one that was chosen."""


class ContactFilter(Styled):
    """What the contacts page shows. A value that makes no sense filters nothing and is said at its field."""

    search = forms.CharField(
        label="E-mail, phone or name begins with", max_length=200, required=False, widget=forms.SearchInput()
    )
    list = forms.ChoiceField(label="List", required=False)
    job = forms.ChoiceField(label="Came in with", required=False)

    def __init__(self, *args: Any, tenant: Tenant, only_list: ContactList | None = None, **kwargs: Any) -> None:
        """Make the filter; with `only_list` that of one list's page, which leaves no other list or import to choose."""
        super().__init__(*args, **kwargs)
        self._tenant = tenant
        lists = [only_list] if only_list else ContactList.objects.for_tenant(tenant).order_by("name")
        self._lists = {str(found.pk): found for found in lists}
        self._jobs = {} if only_list else {str(job.pk): job for job in self._imports()}
        self._choose("list", "Any list", self._lists)
        self._choose("job", "Any import", self._jobs)

    def _choose(self, name: str, any_of_them: str, choices: Mapping[str, ContactList | ImportJob]) -> None:
        named = [(key, str(choice)) for key, choice in choices.items()]
        cast("forms.ChoiceField", self.fields[name]).choices = [("", any_of_them), *named]

    def _imports(self) -> ImportJobQuerySet:
        jobs = ImportJob.objects.for_tenant(self._tenant).filter(success_count__gt=0).newest_first()
        chosen = _uuid(str(self.data.get("job", "")))
        shown = Q(pk__in=jobs.values("pk")[:IMPORTS_SHOWN]) | Q(pk=chosen)
        return jobs.filter(shown).only("filename", "created_at", "completed_at")

    @property
    def given(self) -> dict[str, str]:
        """The filters that were given and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def is_filtered(self) -> bool:
        return bool(self.given)

    @property
    def query(self) -> str:
        return urlencode(self.given)

    @property
    def selection(self) -> Selection:
        """The same contacts as an export has them."""
        given = self.given
        return Selection(
            search=given.get("search", ""), list_id=_uuid(given.get("list", "")), import_id=_uuid(given.get("job", ""))
        )

    def page(self, *, cursor: str = "", order: Order | None = None, limit: int = CONTACTS_PER_PAGE) -> ContactPage:
        """Return the page after the contact that the cursor names; the first for "" or a cursor that is none."""
        after = _uuid(cursor)
        found = contact_search.page_of(
            self._contacts(), self._tenant, search=self.given.get("search", ""), after=after, limit=limit, order=order
        )
        return ContactPage(
            contacts=found.contacts,
            older=str(found.contacts[-1].pk) if found.has_more else "",
            newest="first" if after is not None else "",
            total=found.total,
            is_counted=found.is_counted,
            is_in_order=found.is_in_order,
        )

    def _contacts(self) -> Sequence[ContactQuerySet]:
        contacts = Contact.objects.for_tenant(self._tenant)
        if list_id := self.given.get("list"):
            contacts = contacts.on_list(self._lists[list_id])
        if job_id := self.given.get("job"):
            return provenance.touched_by(contacts, self._tenant, self._jobs[job_id])
        return [contacts]


@dataclass(frozen=True, slots=True)
class ContactPage:
    """One page of contacts, and the cursors of its neighbours ("" for none)."""

    contacts: list[Contact]
    older: str
    newest: str  # not "": this is not the first page
    total: int
    is_counted: bool  # False: there are more than `total`
    is_in_order: bool  # in the order that was asked for; else newest first


class Line(NamedTuple):
    """A contact as the table shows it."""

    contact: Contact
    cells: list[Cell]


class Head(NamedTuple):
    """The head of a column: a link that puts the contacts in its order."""

    label: str
    url: str  # "" where there is no order by it, or too many contacts for one
    direction: str  # "ascending" or "descending" where the contacts are in its order; else ""
    is_day: bool = False


def lines_of(page: ContactPage, columns: list[Column], fields: Mapping[str, Field], tenant: Tenant) -> list[Line]:
    """Return the page's contacts as lines. One query where a column names imports."""
    jobs: dict[UUID, ImportJob] = {}
    if any(column.key == "changed_by" for column in columns):
        ids = {contact.last_job_id or contact.import_job_id for contact in page.contacts} - {None}
        jobs = ImportJob.objects.for_tenant(tenant).in_bulk(ids)
    return [Line(contact, cells_of(contact, columns, fields, jobs)) for contact in page.contacts]


def order_of(text: str) -> Order | None:
    """Return the order that an address names: "city", or "-city" for the other direction; None for ""."""
    return Order(text.removeprefix("-"), text.startswith("-")) if text else None


def heads_of(columns: list[Column], page: ContactPage, order: Order | None, query: str) -> list[Head]:
    """Return the heads of the table, the name's first."""
    names = [Column("name", "Name", NAME), *columns]
    return [_head(column, page, order, query) for column in names]


def _head(column: Column, page: ContactPage, order: Order | None, query: str) -> Head:
    can_sort = bool(column.order) and page.is_counted
    is_current = page.is_in_order and order is not None and order.by == column.order
    direction = "" if not is_current or order is None else "descending" if order.is_descending else "ascending"
    sort = f"-{column.order}" if direction == "ascending" else column.order
    joined = "&".join(filter(None, [query, urlencode({"sort": sort})]))
    return Head(column.label, f"?{joined}" if can_sort else "", direction, column.is_day)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
