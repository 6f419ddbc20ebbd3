"""The contacts page: search by prefix, one list, newest first, pages by cursor. As fast for a million as for ten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Q

from contacts.models import Contact, ContactList, ContactQuerySet
from irisx.accounts.models import Tenant
from portals.forms import Styled

CONTACTS_PER_PAGE = 25

COUNTED_TO = 10_000
"""Contacts are counted so far and no farther; beyond, the page says "more than"."""


class ContactFilter(Styled):
    """What the contacts page shows."""

    search = forms.CharField(
        label="E-mail, phone or name begins with", max_length=200, required=False, widget=forms.SearchInput()
    )
    list = forms.ChoiceField(label="List", required=False)

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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

    def narrow(self, contacts: ContactQuerySet) -> ContactQuerySet:
        """Return those of the contacts that the filters let through."""
        given = self._given
        if search := given.get("search"):
            contacts = contacts.filter(_begins_with(search))
        if list_id := given.get("list"):
            contacts = contacts.filter(memberships__contact_list=UUID(list_id))
        return contacts


def _begins_with(text: str) -> Q:
    """Match contacts by the beginning of what is typed. E-mail and phone by their indexes, as they are stored.

    Names have no index (one would cost every imported row more than it gives); a name is looked for where the text
    could be one.
    """
    if "@" in text:
        return Q(email__startswith=text.lower()) & ~Q(email="")
    digits = "".join(letter for letter in text if letter.isdigit())
    if digits and not any(letter.isalpha() for letter in text):
        return Q(phone__startswith=f"+{digits}") & ~Q(phone="")
    first, _, last = text.partition(" ")
    by_name = Q(first_name__istartswith=first) & Q(last_name__istartswith=last) if last else Q()
    one_word = Q(first_name__istartswith=text) | Q(last_name__istartswith=text) | Q(company__istartswith=text)
    return (Q(email__startswith=text.lower()) & ~Q(email="")) | one_word | (by_name if last else Q(pk__in=[]))


@dataclass(frozen=True, slots=True)
class ContactPage:
    """One page of contacts, and the cursors of its neighbours ("" for none)."""

    contacts: list[Contact]
    older: str
    newest: str  # not "": this is not the first page
    total: int
    is_counted: bool  # False: there are more than `total`


def page_of(contacts: ContactQuerySet, *, cursor: str) -> ContactPage:
    """Return the page after the contact that the cursor names; the first for "" or a cursor that is none."""
    after = _uuid(cursor)
    ahead = contacts.newest_first()
    if after is not None:
        ahead = ahead.filter(pk__lt=after)
    found = list(ahead[: CONTACTS_PER_PAGE + 1])
    shown = found[:CONTACTS_PER_PAGE]
    total = contacts.order_by()[: COUNTED_TO + 1].count()
    return ContactPage(
        contacts=shown,
        older=str(shown[-1].pk) if len(found) > len(shown) else "",
        newest="first" if after is not None else "",
        total=min(total, COUNTED_TO),
        is_counted=total <= COUNTED_TO,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
