"""Matching in sets means what importing row by row would mean: held against a naive twin."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.engine.matching import COLUMNS, Change, KnownContact, Outcome, plan_chunk
from imports.engine.schema import DuplicateStrategy, Record

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def record(
    row_index: int = 0, *, email: str = "", phone: str = "", irisx_id: UUID | None = None, **values: Any
) -> Record:
    columns = {name: values.pop(name, "") for name in COLUMNS} | {"email": email, "phone": phone}
    return Record(row_index, row_index + 2, **columns, attributes=values, irisx_id=irisx_id, warnings=())


def contact_id(number: int) -> bytes:
    return UUID(int=number).bytes


def contact(number: int, *, email: str = "", phone: str = "", **values: Any) -> KnownContact:
    columns = [values.pop(name, "") for name in COLUMNS]
    columns[COLUMNS.index("email")], columns[COLUMNS.index("phone")] = email, phone
    return KnownContact(contact_id(number), DAY + timedelta(days=number), columns, values, is_own=False)


def plan(records, known=(), *, strategy="skip", match_fields=("email", "phone")):
    return plan_chunk(
        records,
        [contact_id(1000 + record.row_index) for record in records],
        copy.deepcopy(list(known)),
        strategy=DuplicateStrategy(strategy),
        match_fields=match_fields,
        now=DAY + timedelta(days=500),
    )


def test_a_later_row_of_a_chunk_sees_what_an_earlier_one_made():
    rows = [record(0, email="ana@example.com"), record(1, email="ana@example.com")]

    assert plan(rows).outcomes == [Outcome.CREATED, Outcome.SKIPPED]
    assert plan(rows, strategy="create_new").outcomes == [Outcome.CREATED, Outcome.CREATED]
    assert plan(rows, strategy="create_new").duplicate_count == 1


def test_the_oldest_of_several_contacts_is_the_one():
    known = [contact(2, email="ana@example.com"), contact(1, email="ana@example.com")]

    assert plan([record(email="ana@example.com")], known).contact_ids == [contact_id(1)]


def test_the_first_match_field_listed_decides_and_the_row_is_listed_as_a_conflict():
    known = [contact(1, email="ana@example.com"), contact(2, phone="+12125550143")]
    row = record(email="ana@example.com", phone="+12125550143")

    by_email = plan([row], known)
    by_phone = plan([row], known, match_fields=("phone", "email"))

    assert (by_email.contact_ids, by_phone.contact_ids) == ([contact_id(1)], [contact_id(2)])
    assert [(line.level, line.issue.type, line.issue.field) for line in by_email.log] == [
        ("warning", "match_conflict", "phone"),
        ("duplicate", "duplicate", "email"),
    ]


def test_colleagues_behind_one_switchboard_keep_their_addresses():
    known = [contact(1, email="ana@example.com", phone="+12125550143")]
    result = plan([record(email="ben@example.com", phone="+12125550143", title="Clerk")], known, strategy="update")

    assert result.outcomes == [Outcome.UPDATED]
    assert result.changes[contact_id(1)] == Change(before={}, after={"title": "Clerk"})
    assert [(line.issue.type, line.issue.field) for line in result.log] == [("match_conflict", "email")]


def test_an_irisx_id_decides_before_every_other_key():
    known = [contact(1, email="ana@example.com"), contact(2, email="ben@example.com")]
    result = plan([record(email="cleo@example.com", irisx_id=UUID(int=2))], known, strategy="update")

    assert result.contact_ids == [contact_id(2)]
    assert result.changes[contact_id(2)] == Change({"email": "ben@example.com"}, {"email": "cleo@example.com"})


def test_an_irisx_id_that_finds_nobody_makes_no_contact_without_a_contact_point():
    rows = [record(0, irisx_id=UUID(int=7), city="Ulm"), record(1, irisx_id=UUID(int=7), email="ana@example.com")]

    result = plan(rows)

    assert (result.outcomes, result.not_inserted) == ([Outcome.FAILED, Outcome.CREATED], [0])
    assert [(line.row_index, line.level, line.issue.type) for line in result.log] == [(0, "error", "no_contact_point")]


def test_a_blank_never_wipes_and_equal_values_change_nothing():
    known = [contact(1, email="ana@example.com", title="Clerk", city="Ulm")]

    result = plan([record(email="ana@example.com", title="", city="Ulm")], known, strategy="update")

    assert (result.outcomes, result.updated, result.changes) == ([Outcome.UNCHANGED], {}, {})


def test_the_change_log_keeps_the_value_before_the_first_change_and_after_the_last():
    known = [contact(1, email="ana@example.com", city="Ulm")]
    rows = [
        record(0, email="ana@example.com", city="Bonn", plan="A"),
        record(1, email="ana@example.com", city="Kiel", plan="B"),
    ]

    result = plan(rows, known, strategy="update")

    assert result.changes == {contact_id(1): Change({"city": "Ulm"}, {"city": "Kiel", "plan": "B"})}


# The twin ------------------------------------------------------------------------------------------------------------


@dataclass
class Twin:
    """Imports row by row, by looking through all contacts each time."""

    contacts: list[KnownContact]
    strategy: str
    match_fields: tuple[str, ...]
    now: datetime
    outcomes: list[Outcome] = field(default_factory=list)
    duplicates: int = 0
    log: list[tuple[int, str, str]] = field(default_factory=list)

    def oldest(self, column: int, value: str) -> KnownContact | None:
        holders = [known for known in self.contacts if value and known.columns[column] == value]
        return min(holders, key=lambda known: (known.created_at, known.id), default=None)

    def load(self, row: Record, new_id: bytes) -> None:
        values = list(row[2 : 2 + len(COLUMNS)])
        columns = [COLUMNS.index(name) for name in self.match_fields]
        found, position = None, -1
        if row.irisx_id:
            found = next((known for known in self.contacts if known.id == row.irisx_id.bytes), None)
        if found is None:
            finders = (place for place, column in enumerate(columns) if self.oldest(column, values[column]))
            position = next(finders, -1)
            found = self.oldest(columns[position], values[columns[position]]) if position >= 0 else None
        makes_contact = found is None or self.strategy == "create_new"
        if makes_contact and not (row.email or row.phone):
            self.outcomes.append(Outcome.FAILED)
            self.log.append((row.row_index, "no_contact_point", ""))
            return
        self.duplicates += found is not None
        if makes_contact:
            self.contacts.append(KnownContact(new_id, self.now, values, dict(row.attributes), is_own=True))
            self.outcomes.append(Outcome.CREATED)
            return
        left = set()
        for place, column in enumerate(columns):
            if place == position or not values[column] or values[column] == found.columns[column]:
                continue
            if place < position and found.columns[column]:
                left.add(column)
                self.log.append((row.row_index, "match_conflict", COLUMNS[column]))
            elif place > position and self.oldest(column, values[column]):
                self.log.append((row.row_index, "match_conflict", COLUMNS[column]))
        if self.strategy == "skip":
            self.outcomes.append(Outcome.SKIPPED)
            self.log.append((row.row_index, "duplicate", COLUMNS[columns[position]] if position >= 0 else "irisx_id"))
            return
        before = (list(found.columns), dict(found.attributes))
        for column, value in enumerate(values):
            if value and column not in left:
                found.columns[column] = value
        found.attributes.update(row.attributes)
        same = before == (found.columns, found.attributes)
        self.outcomes.append(Outcome.UNCHANGED if same else Outcome.UPDATED)


emails = st.sampled_from(["", "a@x.io", "b@x.io", "c@x.io"])
phones = st.sampled_from(["", "+1201", "+1202", "+1203"])
names = st.sampled_from(["", "Ana", "Ben"])
cities = st.dictionaries(st.sampled_from(["city", "plan"]), st.sampled_from(["Ulm", "Bonn"]), max_size=2)
stored = st.lists(st.tuples(emails, phones, names, cities), max_size=5).map(
    lambda rows: [contact(n, email=e, phone=p, first_name=f, **a) for n, (e, p, f, a) in enumerate(rows, start=1)]
)
incoming = st.lists(st.tuples(emails, phones, names, cities, st.sampled_from([None, 1, 2, 9])), max_size=12).map(
    lambda rows: [
        record(n, email=e, phone=p, first_name=f, irisx_id=UUID(int=i) if i else None, **a)
        for n, (e, p, f, a, i) in enumerate(rows)
        if e or p or i  # validation lets no other record through
    ]
)


@pytest.mark.parametrize("strategy", ["skip", "update", "create_new"])
@given(
    known=stored,
    rows=incoming,
    chunk_rows=st.sampled_from([1, 2, 7, 5000]),
    match_fields=st.sampled_from([("email", "phone"), ("phone", "email"), ("email",), ("phone",)]),
)
def test_chunks_of_any_size_leave_what_a_naive_twin_leaves(strategy, known, rows, chunk_rows, match_fields):
    now = DAY + timedelta(days=500)
    twin = Twin(copy.deepcopy(known), strategy, match_fields, now)
    for row in rows:
        twin.load(row, contact_id(1000 + row.row_index))

    contacts = {known_contact.id: known_contact for known_contact in copy.deepcopy(known)}
    outcomes, log, duplicates = [], [], 0
    for lo in range(0, len(rows), chunk_rows):
        chunk = rows[lo : lo + chunk_rows]
        result = plan(chunk, contacts.values(), strategy=strategy, match_fields=match_fields)
        for row in chunk:
            if row.row_index not in result.not_inserted:
                made = KnownContact(
                    contact_id(1000 + row.row_index), now, list(row[2:8]), dict(row.attributes), is_own=True
                )
                contacts[made.id] = made
        contacts.update(result.updated)
        outcomes += result.outcomes
        duplicates += result.duplicate_count
        log += [(line.row_index, line.issue.type, line.issue.field) for line in result.log]

    def values(kept):
        return sorted((known.id, known.columns, known.attributes) for known in kept)

    assert outcomes == twin.outcomes
    assert duplicates == twin.duplicates
    assert log == twin.log
    assert values(contacts.values()) == values(twin.contacts)
