"""The whole engine on a real database, in chunks of any size, leaves what a naive import row by row leaves."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from contacts import services as contact_services
from contacts.models import ContactListMember
from imports import runner, storage
from imports.engine.matching import COLUMNS, Outcome
from imports.engine.normalize import as_text
from imports.engine.rows_file import RowsFileWriter
from imports.models import ErrorLogEntry, ImportChange, ImportChunk, ImportJob
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import contacts_of, counts, make_contact, make_job, reload

pytestmark = pytest.mark.django_db

HEADERS = {
    "IRISX ID": "irisx_id",
    "Email": "email",
    "Phone": "phone",
    "Title": "title",
    "City": "city",
    "Birthday": "birthday",
    "Quiet": "do_not_contact",
    "Plan": "custom:plan",
}
INVALID = {"email": "not an address", "phone": "12", "birthday": "someday", "irisx_id": "#7"}
DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Options:
    """How a file is imported, and in what pieces."""

    strategy: str
    match_fields: tuple[str, ...]
    hold_invalid: bool
    chunk_rows: int
    chunks_a_slice: int | None  # 1, or all


# The twin ------------------------------------------------------------------------------------------------------------


class Twin:
    """Imports row by row into a list of contacts, looking through all of them each time.

    A contact is a dict of its values that are not blank, beside "name" and "is_own". Names tell contacts apart where
    ids differ from run to run: "known 1" was there before, "row 0" was made by the file's first row. "foreign" is
    another tenant's.
    """

    def __init__(self, known: list[dict[str, str]], options: Options) -> None:
        self.contacts: list[dict[str, Any]] = [
            {**_filled(values), "name": f"known {n}", "is_own": False} for n, values in enumerate(known)
        ]
        self.strategy = options.strategy
        self.match_fields = options.match_fields
        self.hold_invalid = options.hold_invalid
        self.ledger: list[tuple[str, str | None]] = []
        self.log: list[tuple[int, str, str, str]] = []
        self.changes: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
        self.duplicates = 0

    def load(self, row: dict[str, str]) -> None:
        index = len(self.ledger)
        invalid = [key for key, text in row.items() if text and text == INVALID.get(key)]
        values = {key: text for key, text in _filled(row).items() if key not in invalid}
        if values.get("do_not_contact") == "no":
            del values["do_not_contact"]  # an import may ask for silence, never end it
        if not values.keys() & {"email", "phone", "irisx_id"}:
            mendable = [key for key in ("email", "phone") if key in invalid]
            key = mendable[0] if mendable else ""
            self._note(index, "error", f"invalid_{key}" if key else "no_contact_point", key)
            self.ledger.append(("FAILED", None))
            return
        if self.hold_invalid and invalid:
            self._note(index, "error", "held_invalid", "")
            self.ledger.append(("FAILED", None))
            return

        irisx_id = values.pop("irisx_id", None)
        found, found_by = self._find(irisx_id, values)
        if (found is None or self.strategy == "create_new") and not values.keys() & {"email", "phone"}:
            # The id alone finds a contact, but makes none.
            self._note(index, "error", "no_contact_point", "")
            self.ledger.append(("FAILED", None))
            return
        self.duplicates += found is not None
        if found is None or self.strategy == "create_new":
            self.contacts.append({**values, "name": f"row {index}", "is_own": True})
            self.ledger.append(("CREATED", f"row {index}"))
        elif self.strategy == "skip":
            self._conflicts(index, values, found, found_by)
            self._note(index, "duplicate", "duplicate", found_by)
            self.ledger.append(("SKIPPED", found["name"]))
            return
        else:
            kept = self._conflicts(index, values, found, found_by)
            news = {key: value for key, value in values.items() if key not in kept and found.get(key) != value}
            self._update(found, news)
            self.ledger.append(("UPDATED" if news else "UNCHANGED", found["name"]))
        for key in invalid:
            self._note(index, "warning", "invalid_value", key)

    def _find(self, irisx_id: str | None, values: dict[str, str]) -> tuple[dict[str, Any] | None, str]:
        for contact in self.contacts:
            if irisx_id and contact["name"] == irisx_id:
                return contact, "irisx_id"
        for key in self.match_fields:
            if key in values and (holder := self._oldest(key, values[key])):
                return holder, key
        return None, ""

    def _oldest(self, key: str, value: str) -> dict[str, Any] | None:
        return next((contact for contact in self.contacts if contact.get(key) == value), None)

    def _conflicts(self, index: int, values: dict[str, str], found: dict[str, Any], found_by: str) -> set[str]:
        """Log them, and return the fields that an update leaves as they are."""
        order = ["irisx_id", *self.match_fields]
        kept = set()
        for key in self.match_fields:
            if key not in values or key == found_by or values[key] == found.get(key):
                continue
            comes_before = order.index(key) < order.index(found_by)
            if comes_before and key in found:
                kept.add(key)
            elif comes_before or self._oldest(key, values[key]) is None:
                continue
            self._note(index, "warning", "match_conflict", key)
        return kept

    def _update(self, found: dict[str, Any], news: dict[str, str]) -> None:
        if news and not found["is_own"]:
            before, after = self.changes.setdefault(found["name"], ({}, {}))
            before.update({key: found[key] for key in news if key in found and key not in after})
            after.update(news)
        found.update(news)

    def _note(self, index: int, level: str, kind: str, field: str) -> None:
        self.log.append((index, level, kind, field))

    def left(self) -> dict[str, Any]:
        """Return what the import left, as left_by() does."""
        outcomes = Counter(outcome.lower() for outcome, _ in self.ledger)
        numbers = {"total": len(self.ledger), "processed": len(self.ledger), "duplicates": self.duplicates, **outcomes}
        return {
            "contacts": {
                contact["name"]: {key: contact[key] for key in contact if key not in ("name", "is_own")}
                for contact in self.contacts
            },
            "counts": {name: number for name, number in numbers.items() if number},
            "ledger": self.ledger,
            "log": sorted(self.log),
            "changes": self.changes,
            "members": {name for _, name in self.ledger if name},
            # Of the contacts that were there before; what is unchanged is not written, not even as it was.
            "written": set(self.changes),
        }


def _filled(values: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}


# The engine ----------------------------------------------------------------------------------------------------------


def left_by(known: list[dict[str, str]], rows: list[dict[str, str]], options: Options) -> dict[str, Any]:
    """Import the rows into a tenant that has the known contacts, and return what the database holds afterwards."""
    with tenant_scope(ALL):
        tenant, other = (Tenant.objects.create(name=name, slug=uuid4().hex) for name in ("Acme", "Globex"))
    stored = [_store(tenant, n, values) for n, values in enumerate(known)]
    # Whose contact has what the file's rows have, too.
    foreign = _store(other, 0, max(rows, key=lambda row: len(_filled(row))))
    ids = {f"known {n}": str(contact.pk) for n, contact in enumerate(stored)} | {"foreign": str(foreign.pk)}
    names = {contact.pk.bytes: f"known {n}" for n, contact in enumerate(stored)}
    with tenant_scope(tenant):
        chosen = contact_services.list_named(tenant, "Spring fair")
    job = make_job(
        tenant,
        status=ImportJob.Status.PROCESSING,
        rows_path=_rows_file([{**row, "irisx_id": _id_in(row, ids)} for row in rows]),
        total_rows=len(rows),
        field_mapping=HEADERS,
        duplicate_strategy=options.strategy,
        duplicate_match_fields=list(options.match_fields),
        options={"hold_invalid": options.hold_invalid},
        target_list=chosen,
    )
    before = _versions(tenant, other)

    while not job.is_finished:
        runner.run_slice(job.pk, job.epoch, seconds=options.chunks_a_slice and 0, watch=lambda job: None)
        job = reload(job)

    kept, after = contacts_of(tenant), _versions(tenant, other)
    assert after[foreign.pk.bytes] == before[foreign.pk.bytes]
    with tenant_scope(tenant):
        ledger = [
            (Outcome(outcome).name, chunk.contact_ids[16 * place : 16 * place + 16])
            for chunk in ImportChunk.objects.filter(tenant=tenant, import_job=job).order_by("lo")
            for place, outcome in enumerate(chunk.outcomes)
        ]
        names |= {contact_id: f"row {n}" for n, (outcome, contact_id) in enumerate(ledger) if outcome == "CREATED"}
        log = ErrorLogEntry.objects.filter(tenant=tenant, import_job=job)
        changes = ImportChange.objects.filter(tenant=tenant, import_job=job)
        members = ContactListMember.objects.filter(tenant=tenant, contact_list=chosen)
        return {
            "contacts": {
                names[contact.pk.bytes]: _by_field(
                    {**{key: getattr(contact, key) for key in COLUMNS}, **contact.attributes}
                )
                for contact in kept
            },
            "counts": counts(job),
            "ledger": [(outcome, names.get(contact_id)) for outcome, contact_id in ledger],
            "log": sorted(map(_line, log)),
            "changes": {
                names[change.contact_id.bytes]: (_by_field(change.before), _by_field(change.after))
                for change in changes
            },
            "members": {names[member.contact_id.bytes] for member in members},
            "written": {names[contact_id] for contact_id in before if after[contact_id] != before[contact_id]},
        }


def _versions(*tenants: Tenant) -> dict[bytes, Any]:
    """Return contact id → what changes whenever PostgreSQL writes the row, even as it was."""
    with tenant_scope(ALL), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, ctid::text, xmin::text, last_job_id, updated_at FROM contacts WHERE tenant_id = ANY(%s)",
            [[tenant.pk for tenant in tenants]],
        )
        return {contact_id.bytes: version for contact_id, *version in cursor.fetchall()}


def _line(entry: ErrorLogEntry) -> tuple[int, str, str, str]:
    """Return a line of the log as the twin writes it."""
    assert entry.row_number == entry.row_index + 2
    # A duplicate's cells stay in the rows file.
    assert (entry.row_data is None) == (entry.level == "duplicate")
    # Of several invalid cells any may be named.
    field = "" if entry.error_type == "held_invalid" else entry.field
    return entry.row_index, entry.level, entry.error_type, field


def _by_field(values: dict[str, Any]) -> dict[str, str]:
    """Return stored values as the twin has them: by field, as text, without blanks."""
    texts = {"custom:plan" if key == "plan" else key: as_text(value) for key, value in values.items()}
    return _filled(texts)


def _id_in(row: dict[str, str], ids: dict[str, str]) -> str:
    name = row["irisx_id"]
    if name in ("", INVALID["irisx_id"]):
        return name
    return ids.get(name) or str(uuid4())  # of a contact that is no more


def _store(tenant: Tenant, number: int, values: dict[str, str]) -> Any:
    columns = {key: values[key] for key in ("email", "phone", "title")}
    attributes: dict[str, Any] = _filled({key: values[key] for key in ("city", "birthday")})
    if values["do_not_contact"]:
        attributes["do_not_contact"] = values["do_not_contact"] == "yes"
    if values["custom:plan"]:
        attributes["plan"] = values["custom:plan"]
    day = DAY + timedelta(days=number)
    return make_contact(tenant, **columns, attributes=attributes, created_at=day, updated_at=day)


def _rows_file(rows: list[dict[str, str]]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        with RowsFileWriter(path, list(HEADERS)) as writer:
            for number, row in enumerate(rows, start=2):
                writer.write(number, [row[key] for key in HEADERS.values()])
        return storage.keep(path, job_id=uuid4(), kind="rows")


def chunks_of(rows: int) -> override_settings:
    """Return what has an import go on in chunks of so many rows."""
    return override_settings(CHUNK_ROWS_MIN=rows, CHUNK_ROWS_MAX=rows, UPDATE_CHUNK_ROWS_MAX=rows)


# Held against each other ---------------------------------------------------------------------------------------------

values_of = {
    "email": st.sampled_from(["", "a@example.com", "b@example.com", "c@example.com"]),
    "phone": st.sampled_from(["", "+12125550143", "+12125550144", "+12125550145"]),
    "title": st.sampled_from(["", "Clerk", "Head"]),
    "city": st.sampled_from(["", "Ulm", "Bonn"]),
    "birthday": st.sampled_from(["", "1990-02-03"]),
    "do_not_contact": st.sampled_from(["", "yes", "no"]),
    "custom:plan": st.sampled_from(["", "Pro"]),
}
contacts = st.fixed_dictionaries(values_of)
rows = st.fixed_dictionaries(
    {
        "irisx_id": st.sampled_from(["", "", "", "known 0", "known 1", "known 9", "foreign", INVALID["irisx_id"]]),
        **{key: values | st.just(INVALID[key]) if key in INVALID else values for key, values in values_of.items()},
    }
)
options = st.builds(
    Options,
    strategy=st.sampled_from(["skip", "update", "update", "create_new"]),
    match_fields=st.sampled_from([("email", "phone"), ("phone", "email"), ("email",), ("phone",)]),
    hold_invalid=st.sampled_from([False, False, False, True]),
    chunk_rows=st.sampled_from([1, 2, 7, 5000]),
    chunks_a_slice=st.sampled_from([None, None, 1]),
)


@given(known=st.lists(contacts, max_size=4), rows=st.lists(rows, min_size=1, max_size=12), options=options)
def test_chunks_of_any_size_leave_what_a_naive_twin_leaves(known, rows, options):
    twin = Twin(known, options)
    for row in rows:
        twin.load(row)

    with chunks_of(options.chunk_rows):
        assert left_by(known, rows, options) == twin.left()
