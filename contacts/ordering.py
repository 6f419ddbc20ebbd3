"""The order of contacts that people choose: by a field, blanks last. For some thousands: no index serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Concat, Lower, NullIf

from contacts.models import ContactQuerySet

NAME = "name"
"""By last name, then first name."""
CHANGED = "updated_at"

_PLAIN = ("email", "phone", "company", "title")


@dataclass(frozen=True, slots=True)
class Order:
    """By which field, and in which direction."""

    by: str  # NAME, CHANGED, or an attribute's or column's key without "custom:"
    is_descending: bool = False

    def apply(self, contacts: ContactQuerySet, *, after: UUID | None = None) -> ContactQuerySet:
        """Return the contacts in this order; those that come after the contact `after`, if it is among them."""
        keyed = contacts.alias(sort_key=self._key())
        sort_key = F("sort_key").desc(nulls_last=True) if self.is_descending else F("sort_key").asc(nulls_last=True)
        ordered = keyed.order_by(sort_key, "-pk")
        last = list(contacts.filter(pk=after).values_list(self._key(), flat=True)) if after else []
        return ordered.filter(self._comes_after(last[0], after)) if last else ordered

    def _comes_after(self, key: Any, contact_id: UUID | None) -> Q:
        if key is None:  # blanks are last, so that only they follow
            return Q(sort_key=None, pk__lt=contact_id)
        beyond = Q(sort_key__lt=key) if self.is_descending else Q(sort_key__gt=key)
        return beyond | Q(sort_key=key, pk__lt=contact_id) | Q(sort_key=None)

    def _key(self) -> Combinable:
        """Return what contacts are compared by; NULL for a blank."""
        if self.by == CHANGED:
            return F(CHANGED)
        if self.by == NAME:
            text: Combinable = Concat(Lower("last_name"), Value(" "), Lower("first_name"))
            return NullIf(text, Value(" "))
        text = F(self.by) if self.by in _PLAIN else KeyTextTransform(self.by, "attributes")
        return NullIf(Lower(text), Value(""), output_field=TextField())
