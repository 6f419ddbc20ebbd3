"""Finding contacts: by the beginning of a name, an e-mail address or a phone number, page by page, newest first.

As fast for a million contacts as for ten. What a text finds comes from indexes and is counted to 10,000. Where more is
found, it mostly lies so close together that the newest of it are met by looking through the newest contacts; if not,
all that the indexes find is put in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import phonenumbers
from django.db import connection
from django.db.models import BooleanField, Func, Q, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Concat, Lower

from contacts.models import Contact, ContactQuerySet
from contacts.name_keys import NameKeys
from contacts.ordering import Order
from irisx.accounts.models import Tenant

COUNTED_TO = 10_000
"""Contacts are counted so far and no farther."""
_LOOKED_THROUGH = 20_000
_BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Some of the contacts that were found, newest first."""

    contacts: list[Contact]
    has_more: bool
    total: int
    is_counted: bool  # False: there are more than `total`
    is_in_order: bool = False  # the order that was asked for was kept to


def page_of(
    sets: Sequence[ContactQuerySet],
    tenant: Tenant,
    *,
    search: str = "",
    after: UUID | None = None,
    offset: int = 0,
    limit: int,
    order: Order | None = None,
) -> ContactPage:
    """Return a page of those of the tenant's contacts that begin with the search text; of all for "".

    `sets` are the contacts to choose from, of which an index can tell the newest of each set alone.
    The page begins after the contact `after`, if there is one, and then after so many as `offset` says. `order` is kept
    to where no more than 10,000 are found; else, and by default, the newest come first.
    """
    text = " ".join(search.split())
    contacts = Contact.objects.for_tenant(tenant)
    if not text and len(sets) == 1:
        total = sets[0].order_by()[: COUNTED_TO + 1].count()
        if order is not None and total <= COUNTED_TO:
            return _page_in_order(sets[0], order, after, offset, limit, total=total)
        return _first_of(_newest(contacts, sets, after, offset, limit + 1), limit, total)
    found = [some.filter(way) for some in sets for way in _by_index(tenant, text)] if text else sets
    ids = _ids(found)
    if len(ids) <= COUNTED_TO:
        if order is not None:
            return _page_in_order(contacts.filter(pk__in=ids), order, after, offset, limit, total=len(ids))
        return _page_of_ids(contacts, ids, after, offset, limit)
    if text:
        looked_at = [some.filter(_begins(tenant, text)) for some in sets]
        return _first_of(_newest_of_many(contacts, looked_at, found, after, offset, limit + 1), limit, len(ids))
    return _first_of(_newest(contacts, sets, after, offset, limit + 1), limit, len(ids))


def _first_of(found: list[Contact], limit: int, total: int) -> ContactPage:
    return ContactPage(found[:limit], len(found) > limit, min(total, COUNTED_TO), total <= COUNTED_TO)


def beginning_with(contacts: ContactQuerySet, tenant: Tenant, search: str) -> ContactQuerySet:
    """Return those of the contacts that begin with the search text; all for "".

    It is tried on contact after contact: for what goes through all of them anyway.
    """
    text = " ".join(search.split())
    return contacts.filter(_begins(tenant, text)) if text else contacts


def _page_of_ids(contacts: ContactQuerySet, ids: set[UUID], after: UUID | None, offset: int, limit: int) -> ContactPage:
    in_order = sorted((pk for pk in ids if after is None or pk < after), reverse=True)
    found = contacts.filter(pk__in=in_order[offset : offset + limit]).newest_first()
    return ContactPage(list(found), len(in_order) > offset + limit, len(ids), True)


def _page_in_order(
    contacts: ContactQuerySet, order: Order, after: UUID | None, offset: int, limit: int, *, total: int
) -> ContactPage:
    ordered = order.apply(contacts, after=after)
    found = list(ordered[offset : offset + limit + 1])
    return ContactPage(found[:limit], len(found) > limit, total, True, is_in_order=True)


def _ids(found: Sequence[ContactQuerySet]) -> set[UUID]:
    """Return the ids of all that is in some set; of more than 10,000, some of them, and more than that."""
    with connection.cursor() as cursor:
        # Of prefixes the planner knows too little to be left the choice.
        cursor.execute("SET LOCAL enable_seqscan = off")
    some = [contacts.order_by().values_list("pk", flat=True)[: COUNTED_TO + 1] for contacts in found]
    return set(some[0].union(*some[1:])) if some else set()


def _newest(
    contacts: ContactQuerySet, sets: Sequence[ContactQuerySet], after: UUID | None, offset: int, count: int
) -> list[Contact]:
    """Return so many of the newest contacts of several sets, going through each of them in order."""
    newest = [_behind(some, after).newest_first() for some in sets]
    if len(newest) == 1:
        return list(newest[0][offset : offset + count])
    first, *others = (some.values("pk")[: offset + count] for some in newest)
    ids = first.union(*others).order_by("-pk")[offset : offset + count]
    return list(contacts.filter(pk__in=ids).newest_first())


def _newest_of_many(
    contacts: ContactQuerySet,
    sets: Sequence[ContactQuerySet],
    found: Sequence[ContactQuerySet],
    after: UUID | None,
    offset: int,
    count: int,
) -> list[Contact]:
    """Return so many of the newest contacts of several sets; `found` are the same contacts, as the indexes find them.

    The newest contacts of all are looked through for them; those that lie further back are put in order.
    """
    window = _LOOKED_THROUGH + 10 * offset
    last = _behind(contacts, after).newest_first().values("pk")[window : window + 1]
    near = [some.filter(pk__gte=Coalesce(Subquery(last), _BEFORE_ALL)) for some in sets]
    newest = _newest(contacts, near, after, offset, count)
    if len(newest) == count:
        return newest
    ids = RawSQL(*_newest_ids([_behind(some, after) for some in found], offset, count))  # noqa: S611 (Django's own)
    return list(contacts.filter(pk__in=ids).newest_first())


def _newest_ids(found: Sequence[ContactQuerySet], offset: int, count: int) -> tuple[str, list[Any]]:
    """Return the statement that puts in order what the indexes find and gives the newest ids, and its parameters."""
    statements = [some.order_by().values("pk").query.sql_with_params() for some in found]
    union = " UNION ".join(f"({sql})" for sql, _ in statements)
    # OFFSET 0 keeps the planner from going through the newest contacts instead, where they are not.
    return (
        f"SELECT id FROM ({union} OFFSET 0) AS found (id) ORDER BY id DESC OFFSET %s LIMIT %s",  # noqa: S608
        [*(value for _, values in statements for value in values), offset, count],
    )


def _behind(contacts: ContactQuerySet, after: UUID | None) -> ContactQuerySet:
    """Return the contacts that come after one, newest first; all for None."""
    return contacts if after is None else contacts.filter(pk__lt=after)


# What a text can be the beginning of ---------------------------------------------------------------------------------


def _by_index(tenant: Tenant, text: str) -> Iterator[Q]:
    """Yield a condition for each index that can know who begins with the text."""
    if " " not in text:
        yield _address_begins(text)
    if numbers := _numbers(tenant, text):
        yield _number_begins(numbers)
    if "@" not in text:
        # A full name begins with the first name, or with as much of it as stands before a space.
        yield Q(_HasKey(NameKeys(), _as_query(f"{tenant.pk}:{text.partition(' ')[0]}"))) & _name_begins(text)


def _begins(tenant: Tenant, text: str) -> Q:
    """Return the same as one condition, to be tried on contact after contact."""
    condition = _name_begins(text)
    if " " not in text:
        condition |= _address_begins(text)
    if numbers := _numbers(tenant, text):
        condition |= _number_begins(numbers)
    return condition


class _HasKey(Func):
    arg_joiner = " @@ "
    template = "%(expressions)s"
    output_field = BooleanField()


class _BeginsWith(Func):
    function = "starts_with"
    output_field = BooleanField()


def _as_query(key: str) -> Func:
    """Return the tsquery of keys that begin so. PostgreSQL's documentation, 8.11.2: quotes and backslashes doubled."""
    doubled = key.replace("\\", "\\\\").replace("'", "''")
    return Func(Lower(Value(f"'{doubled}':*")), template="%(expressions)s::tsquery")


def _name_begins(text: str) -> Q:
    # Lower case is the database's on both sides: Python's differs for a few letters.
    sought = Lower(Value(text))
    # What the first name begins with, the full name begins with, too.
    names = ("last_name", Concat("first_name", Value(" "), "last_name"))
    last, full = (Q(_BeginsWith(Lower(name), sought)) for name in names)
    return last | full


def _address_begins(text: str) -> Q:
    # The condition twice, or the planner would not use the partial index. Likewise below.
    return Q(email__startswith=text.lower()) & ~Q(email="")


def _number_begins(numbers: list[str]) -> Q:
    condition = Q()
    for number in numbers:
        condition |= Q(phone__startswith=number)
    return condition & ~Q(phone="")


def _numbers(tenant: Tenant, text: str) -> list[str]:
    """Return what a stored phone number may begin with, if the text is the beginning of one: "+49…", "0049…", "0…"."""
    digits = "".join(letter for letter in text if letter.isdecimal() and letter.isascii())
    if not digits or any(letter.isalpha() or letter == "@" for letter in text):
        return []
    if text.startswith("+"):
        return [f"+{digits}"]
    numbers = [f"+{digits.removeprefix('00')}"]
    if code := phonenumbers.country_code_for_region(tenant.default_country):
        numbers.append(f"+{code}{digits.removeprefix('0')}")
    return numbers
