"""Which record is which contact: records and what the database holds for their keys, into a plan.

It means exactly what importing row by row would: a later row sees what an earlier one did. Only the look-up is done
once for the whole chunk, and the writing afterwards, in sets.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from imports.engine.errors import CellIssue
from imports.engine.schema import DuplicateStrategy, Record

COLUMNS = ("first_name", "last_name", "email", "phone", "company", "title")
"""The fields that are columns of contacts, in the order of Record and of every statement."""

_FIRST = Record._fields.index(COLUMNS[0])
_IRISX_ID = Record._fields.index("irisx_id")

ContactId = bytes
"""The 16 bytes of a contact's UUID: as the ledger keeps them, and a fifth of the time that UUID objects take."""


def columns_of(record: Record) -> tuple[str, ...]:
    """Return a record's values in the order of COLUMNS."""
    return cast("tuple[str, ...]", record[_FIRST : _FIRST + len(COLUMNS)])


class Outcome(IntEnum):
    """What became of a row; the byte that the ledger keeps."""

    CREATED = 1
    UPDATED = 2
    UNCHANGED = 3
    SKIPPED = 4
    FAILED = 5


@dataclass(slots=True, eq=False)
class KnownContact:
    """A contact as the chunk sees it: as stored, with what earlier rows of the chunk changed."""

    id: ContactId
    created_at: datetime
    columns: list[str]  # in the order of COLUMNS; only e-mail and phone are looked up unless the strategy is update
    attributes: dict[str, Any]
    is_own: bool  # made by this import

    def __lt__(self, other: KnownContact) -> bool:
        """Older first; of the same moment, the smaller id."""
        return (self.created_at, self.id) < (other.created_at, other.id)


class LogEntry(NamedTuple):
    """A line for the error log that matching found."""

    row_index: int
    row_number: int
    level: str  # "error", "duplicate" or "warning"
    issue: CellIssue


@dataclass(slots=True)
class Change:
    """What updates changed of one contact: field key → value. A missing key: it was unknown."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def note(self, key: str, old: Any, new: Any) -> None:
        """Keep the value before the first change of a key, and the one after the last."""
        if key not in self.after and old is not None:
            self.before[key] = old
        self.after[key] = new


@dataclass(slots=True)
class Plan:
    """What is to be written for one chunk, and what became of each record."""

    outcomes: list[Outcome]  # one a record
    contact_ids: list[ContactId | None]  # one a record: the contact it made or matched; None if it failed
    not_inserted: list[int] = field(default_factory=list)  # row_index of the records that become no new contact
    updated: dict[ContactId, KnownContact] = field(default_factory=dict)  # as the last record leaves them
    changes: dict[ContactId, Change] = field(default_factory=dict)  # of contacts that this import did not make
    log: list[LogEntry] = field(default_factory=list)
    duplicate_count: int = 0  # records that matched a contact or an earlier record
    own_count: int = 0  # of those: contacts that this import itself made, pairs left out


class Settled(NamedTuple):
    """What became of records that were written over their contacts without a plan, as update_pairs.sql does."""

    outcomes: bytes  # one a record; 0: it is left to the plan
    contact_ids: bytes  # 16 a record: of those, the new ones


class _Index:
    """Finds the oldest contact with a value in one column."""

    def __init__(self, column: int) -> None:
        self.column = column
        self.holders: dict[str, list[KnownContact]] = {}

    def add(self, contact: KnownContact) -> None:
        value = contact.columns[self.column]
        if not value:
            return
        if value in self.holders:
            insort(self.holders[value], contact)
        else:
            self.holders[value] = [contact]

    def remove(self, contact: KnownContact) -> None:
        value = contact.columns[self.column]
        if value:
            self.holders[value].remove(contact)


def plan_chunk(
    records: Sequence[Record],
    new_ids: Sequence[ContactId],
    known: Sequence[KnownContact],
    *,
    strategy: DuplicateStrategy,
    match_fields: Sequence[str],
    now: datetime,
    entangled: Sequence[int] | None = None,
    settled: Settled | None = None,
) -> Plan:
    """Decide for each record, in file order, whether it makes, updates or leaves a contact.

    `new_ids[i]` becomes the id of the contact that `records[i]` makes, if it makes one; they rise in file order.
    `known` are the contacts that the records' keys may find, but for those of `settled` records. `now` becomes
    created_at of new contacts and is later than that of every known one. `entangled` is what entangled_places()
    returns, if the caller has it already.
    """
    if settled is None:
        plan = Plan(outcomes=[Outcome.CREATED] * len(records), contact_ids=list(new_ids))
    else:
        plan = _settled_plan(records, settled)
    columns = [COLUMNS.index(name) for name in match_fields]
    indexes = [_Index(column) for column in columns]
    by_id: dict[ContactId, KnownContact] = {}
    for contact in known:
        by_id[contact.id] = contact
        for index in indexes:
            index.add(contact)

    if entangled is None:
        entangled = entangled_places(records)
    left = range(len(records)) if settled is None else left_places(settled)
    for place in sorted(_known_places(records, left, known, columns).union(entangled)):
        record, new_id = records[place], new_ids[place]
        values = columns_of(record)
        found, decided_by = _find(record.irisx_id, values, by_id, indexes)
        makes_contact = found is None or strategy is DuplicateStrategy.CREATE_NEW
        if makes_contact and not (record.email or record.phone):
            # It came this far for its IRISX ID, which finds contacts and makes none.
            plan.outcomes[place] = Outcome.FAILED
            plan.contact_ids[place] = None
            plan.not_inserted.append(record.row_index)
            plan.log.append(LogEntry(record.row_index, record.row_number, "error", _NO_CONTACT_POINT))
            continue
        if found is not None:
            plan.duplicate_count += 1
            plan.own_count += found.is_own
        if found is None or makes_contact:
            contact = KnownContact(new_id, now, list(values), dict(record.attributes), is_own=True)
            by_id[new_id] = contact
            for index in indexes:
                index.add(contact)
            continue

        plan.contact_ids[place] = found.id
        plan.not_inserted.append(record.row_index)
        kept = _conflicts(record, values, found, decided_by, indexes, plan)
        if strategy is DuplicateStrategy.SKIP:
            plan.outcomes[place] = Outcome.SKIPPED
            decider = COLUMNS[columns[decided_by]] if decided_by >= 0 else "irisx_id"
            issue = _duplicate(decider, is_own=found.is_own)
            plan.log.append(LogEntry(record.row_index, record.row_number, "duplicate", issue))
        else:
            changed = _update(record, values, found, kept, indexes, plan)
            plan.outcomes[place] = Outcome.UPDATED if changed else Outcome.UNCHANGED
    return plan


def entangled_places(records: Sequence[Record]) -> list[int]:
    """Return the places of the records that share an e-mail address or phone number, or name an IRISX ID.

    What becomes of any other record, no other record decides. These are nearly all of a file's. It can be known before
    any contact is, and be found while the chunk before is loading.
    """
    if not records:
        return []
    values = list(zip(*records, strict=True))
    places = {place for place, irisx_id in enumerate(values[_IRISX_ID]) if irisx_id is not None}
    for name in ("email", "phone"):
        column = values[_FIRST + COLUMNS.index(name)]
        shared = {value for value, count in Counter(column).items() if count > 1 and value}
        if shared:
            places.update(place for place, value in enumerate(column) if value in shared)
    return sorted(places)


def left_places(settled: Settled) -> list[int]:
    """Return the places of the records that are left to the plan."""
    return [place for place, outcome in enumerate(settled.outcomes) if not outcome]


def _settled_plan(records: Sequence[Record], settled: Settled) -> Plan:
    """Return a plan that has what became of settled records, and makes contacts of all others."""
    outcomes, ids = settled.outcomes, settled.contact_ids
    not_inserted = [record.row_index for record, outcome in zip(records, outcomes, strict=True) if outcome]
    return Plan(
        outcomes=[*map(_OUTCOMES.__getitem__, outcomes)],
        contact_ids=[ids[start : start + 16] for start in range(0, len(ids), 16)],
        not_inserted=not_inserted,
        duplicate_count=len(not_inserted),
    )


_OUTCOMES = {0: Outcome.CREATED, **{int(outcome): outcome for outcome in Outcome}}


def _known_places(
    records: Sequence[Record], places: Sequence[int], known: Sequence[KnownContact], columns: Sequence[int]
) -> set[int]:
    """Return those of several places whose records share a key with a known contact."""
    sharing: set[int] = set()
    for column in columns if known else ():
        held = {contact.columns[column] for contact in known} - {""}
        sharing.update(place for place in places if records[place][_FIRST + column] in held)
    return sharing


def _find(
    irisx_id: UUID | None,
    values: Sequence[str],
    by_id: Mapping[ContactId, KnownContact],
    indexes: Sequence[_Index],
) -> tuple[KnownContact | None, int]:
    """Return the contact a record is about, and which match field found it: its position, -1 for the IRISX ID."""
    if irisx_id is not None and (contact := by_id.get(irisx_id.bytes)) is not None:
        return contact, -1
    for position, index in enumerate(indexes):
        value = values[index.column]
        if value and (holders := index.holders.get(value)):
            return holders[0], position
    return None, -1


def _conflicts(
    record: Record,
    values: Sequence[str],
    found: KnownContact,
    decided_by: int,
    indexes: Sequence[_Index],
    plan: Plan,
) -> Collection[int]:
    """Log where a record and its contact disagree in a match field. Return the columns that an update leaves alone."""
    kept: list[int] = []
    for position, index in enumerate(indexes):
        value, stored = values[index.column], found.columns[index.column]
        if value == stored or position == decided_by or not value:
            continue
        name = COLUMNS[index.column]
        if position < decided_by and stored:
            # Two people behind one switchboard, say: found by the phone, with another e-mail address.
            kept.append(index.column)
            message = f"The contact with this {_WORDS[COLUMNS[indexes[decided_by].column]]} has another {_WORDS[name]}."
        elif position > decided_by and index.holders.get(value):
            message = f"The {_WORDS[name]} belongs to another contact than the one that this row is about."
        else:
            continue
        issue = CellIssue("match_conflict", name, message)
        plan.log.append(LogEntry(record.row_index, record.row_number, "warning", issue))
    return kept


_NO_CONTACT_POINT = CellIssue(
    "no_contact_point", "", "A new contact needs an e-mail address or a phone number. Enter at least one of them."
)
_WORDS = {"email": "e-mail address", "phone": "phone number"}


@cache
def _duplicate(decider: str, *, is_own: bool) -> CellIssue:
    whose = "of an earlier row" if is_own else "of a contact that is there already"
    message = f"Has the {_WORDS.get(decider, 'IRISX ID')} {whose}; the contact was left as it is."
    return CellIssue("duplicate", decider, message)


def _update(
    record: Record,
    values: Sequence[str],
    found: KnownContact,
    kept: Collection[int],
    indexes: Sequence[_Index],
    plan: Plan,
) -> bool:
    """Write a record's values that are not blank over the contact. Return whether anything changed."""
    stored, known = found.columns, found.attributes
    new_columns = {
        column: value for column, value in enumerate(values) if value and value != stored[column] and column not in kept
    }
    new_attributes = {key: value for key, value in record.attributes.items() if known.get(key) != value}
    if not new_columns and not new_attributes:
        return False

    if not found.is_own:
        change = plan.changes.setdefault(found.id, Change())
        for column, value in new_columns.items():
            change.note(COLUMNS[column], stored[column] or None, value)
        for key, value in new_attributes.items():
            change.note(key, known.get(key), value)
    moved = [index for index in indexes if index.column in new_columns]
    for index in moved:
        index.remove(found)
    for column, value in new_columns.items():
        stored[column] = value
    known.update(new_attributes)
    for index in moved:
        index.add(found)

    plan.updated[found.id] = found
    return True
