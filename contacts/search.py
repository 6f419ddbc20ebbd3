"""Finding contacts: by the beginning of a name, an e-mail address or a phone number, page by page, newest first.

As fast for a million contacts as for ten. What a text finds comes from indexes and is counted to 10,000. Where more is
found, it mostly lies so close together that the newest of it are met by looking through the newest contacts; if not,
all that the indexes find is put in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
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
_CHOSEN_FEW = 50_000
"""So many contacts that were chosen beforehand are looked through for a text, sooner than all that have it."""
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
    found = _found(contacts, sets, tenant, text, limit=COUNTED_TO + 1)
    ids = _ids(found)
    if len(ids) <= COUNTED_TO:
        if order is not None:
            return _page_in_order(contacts.filter(pk__in=ids), order, after, offset, limit, total=len(ids))
        return _page_of_ids(contacts, ids, after, offset, limit)
    if text:
        return _first_of(_newest_of_many(contacts, sets, tenant, text, after, offset, limit + 1), limit, len(ids))
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


class _Statement(NamedTuple):
    """SQL that gives ids, and its parameters."""

    sql: str
    parameters: tuple[Any, ...]


def _found(
    contacts: ContactQuerySet, sets: Sequence[ContactQuerySet], tenant: Tenant, text: str, *, limit: int | None = None
) -> _Statement:
    """Return the statement that finds what is in some set and begins with the text, of each way to it up to a limit.

    The indexes find it; but they know of all contacts, and a list may have few of those with a common name. So where
    the sets are small, what is in them is looked through instead. How large they are the statement finds by itself.
    """
    if not text:
        return _union(sets, limit)
    by_index = _union([some.filter(way) for some in sets for way in _by_index(tenant, text)], limit)
    if len(sets) == 1 and sets[0].query.where == contacts.query.where:
        return by_index
    chosen = _union(sets, _CHOSEN_FEW + 1)
    is_chosen = RawSQL("contacts.id IN (SELECT id FROM chosen)", (), output_field=BooleanField())
    few = _union([contacts.filter(is_chosen).filter(_begins(tenant, text))], limit)
    return _Statement(
        # One of the two is never carried out: the condition on the count is looked at before it.
        f"""
        WITH chosen (id) AS MATERIALIZED ({chosen.sql})
        SELECT few.id FROM ({few.sql}) AS few (id) WHERE (SELECT count(*) FROM chosen) <= {_CHOSEN_FEW:d}
        UNION
        SELECT many.id FROM ({by_index.sql}) AS many (id) WHERE (SELECT count(*) FROM chosen) > {_CHOSEN_FEW:d}
        """,  # noqa: S608
        (*chosen.parameters, *few.parameters, *by_index.parameters),
    )


def _union(some: Sequence[ContactQuerySet], limit: int | None) -> _Statement:
    statements = [contacts.order_by().values("pk")[:limit].query.sql_with_params() for contacts in some]
    parameters = tuple(value for _, values in statements for value in values)
    return _Statement(" UNION ".join(f"({sql})" for sql, _ in statements), parameters)


def _ids(found: _Statement) -> set[UUID]:
    """Return what a statement finds."""
    with connection.cursor() as cursor:
        # Of prefixes the planner knows too little to be left the choice. Sent along: it is not worth a way of its own.
        cursor.execute(f"SET LOCAL enable_seqscan = off; {found.sql}", found.parameters)
        cursor.nextset()
        return {pk for (pk,) in cursor.fetchall()}


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
    tenant: Tenant,
    text: str,
    after: UUID | None,
    offset: int,
    count: int,
) -> list[Contact]:
    """Return so many of the newest contacts that are in some set and begin with the text, of more than are counted.

    The newest contacts of all are looked through for them; where they lie further back, all are found and put in order.
    One query.
    """
    behind = [_behind(some, after) for some in sets]
    window = _LOOKED_THROUGH + 10 * offset
    last = _behind(contacts, after).newest_first().values("pk")[window : window + 1]
    within = Q(pk__gte=Coalesce(Subquery(last), _BEFORE_ALL)) & _begins(tenant, text)
    near = [some.filter(within).newest_first().values("pk")[: offset + count] for some in behind]
    newest = (near[0].union(*near[1:]).order_by("-pk") if near[1:] else near[0])[offset : offset + count]
    sql, parameters = newest.query.sql_with_params()
    far = _found(contacts, behind, tenant, text)
    # OFFSET 0 keeps the planner from going through the newest contacts instead, where they are not.
    statement = f"""
        WITH near (id) AS MATERIALIZED ({sql})
        SELECT id FROM near WHERE (SELECT count(*) FROM near) = {count:d}
        UNION ALL
        SELECT id FROM (
            SELECT id FROM ({far.sql} OFFSET 0) AS found (id) ORDER BY id DESC OFFSET {offset:d} LIMIT {count:d}
        ) AS far WHERE (SELECT count(*) FROM near) < {count:d}
        """  # noqa: S608
    ids = RawSQL(statement, (*parameters, *far.parameters))  # noqa: S611 (Django's own)
    return list(contacts.filter(pk__in=ids).newest_first())


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
