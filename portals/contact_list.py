"""The contacts page: search by prefix, one list, newest first, pages by cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django import forms

from contacts import search as contact_search
from contacts.models import Contact, ContactList
from irisx.accounts.models import Tenant
from portals.forms import Styled

CONTACTS_PER_PAGE = 25


class ContactFilter(Styled):
    """What the contacts page shows."""

    search = forms.CharField(
        label="E-mail, phone or name begins with", max_length=200, required=False, widget=forms.SearchInput()
    )
    list = forms.ChoiceField(label="List", required=False)

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tenant = tenant
        lists = ContactList.objects.filter(tenant=tenant).order_by("name").values_list("pk", "name")
        choices = [("", "Any list"), *((str(pk), name) for pk, name in lists)]
        cast("forms.ChoiceField", self.fields["list"]).choices = choices

    @property
    def _given(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def is_filtered(self) -> bool:
        return bool(self._given)

    @property
    def query(self) -> str:
        return urlencode(self._given)

    def page(self, *, cursor: str) -> ContactPage:
        """Return the page after the contact that the cursor names; the first for "" or a cursor that is none."""
        after = _uuid(cursor)
        contacts = Contact.objects.for_tenant(self._tenant)
        if list_id := self._given.get("list"):
            contacts = contacts.on_list(ContactList.objects.get(tenant=self._tenant, pk=list_id))
        found = contact_search.page_of(
            contacts, self._tenant, search=self._given.get("search", ""), after=after, limit=CONTACTS_PER_PAGE
        )
        return ContactPage(
            contacts=found.contacts,
            older=str(found.contacts[-1].pk) if found.has_more else "",
            newest="first" if after is not None else "",
            total=found.total,
            is_counted=found.is_counted,
        )


@dataclass(frozen=True, slots=True)
class ContactPage:
    """One page of contacts, and the cursors of its neighbours ("" for none)."""

    contacts: list[Contact]
    older: str
    newest: str  # not "": this is not the first page
    total: int
    is_counted: bool  # False: there are more than `total`


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
