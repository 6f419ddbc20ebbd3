from __future__ import annotations

from uuid import UUID

import pytest

from contacts.fields import BY_KEY, custom_field
from imports.engine.errors import CellIssue, RowError
from imports.engine.schema import FieldMapping, FieldType, MappedColumn, Record
from imports.engine.validation import RowPreparer

FIELDS = {
    **BY_KEY,
    "custom:plan": custom_field("plan", "Plan"),
    "custom:seats": custom_field("seats", "Seats", FieldType.NUMBER),
}
CONTACT_ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def prepare(row, **options):
    """Prepare one row, given as field key → cell; the columns are called like their fields."""
    mapping = FieldMapping(tuple(MappedColumn(key, key) for key in row))
    return prepare_row(RowPreparer(list(row), mapping, FIELDS, **options), list(row.values()))


def prepare_row(preparer, cells):
    """Return the record of one row, or why it has none."""
    records, errors = preparer.prepare(0, [2], [cells])
    return (records + errors)[0]


def record(**values):
    """A record of row 2, blank but for the values."""
    blank = dict.fromkeys(("first_name", "last_name", "email", "phone", "company", "title"), "")
    rest = {"attributes": {}, "irisx_id": None, "warnings": ()}
    return Record(**{"row_index": 0, "row_number": 2, **blank, **rest, **values})


def test_a_row_becomes_a_record_in_normal_form():
    row = {
        "first_name": " Maya ",
        "last_name": "Hollister",
        "email": "Maya@Example.com",
        "phone": "(212) 555-0100",
        "company": "Cobalt  & Finch",
        "title": "",
        "country": "United States",
        "birthday": "March 14, 1986",
        "tags": "VIP, Press",
        "notes": "",
        "custom:plan": "Pro",
        "custom:seats": "1,200",
    }

    assert prepare(row) == record(
        first_name="Maya",
        last_name="Hollister",
        email="maya@example.com",
        phone="+12125550100",
        company="Cobalt & Finch",
        attributes={
            "country": "US",
            "birthday": "1986-03-14",
            "tags": ["VIP", "Press"],
            "plan": "Pro",
            "seats": "1200",
        },
    )


@pytest.mark.parametrize(
    ("row", "issue_type", "field"),
    [
        ({"email": "ann@example", "phone": ""}, "invalid_email", "email"),
        ({"email": "", "phone": "12"}, "invalid_phone", "phone"),
        ({"email": "ann@example", "phone": "12"}, "invalid_email", "email"),
        ({"email": "", "phone": ""}, "no_contact_point", ""),
        ({"email": "n/a", "phone": "--"}, "no_contact_point", ""),
        ({"email": ""}, "no_contact_point", ""),
    ],
)
def test_a_row_without_a_contact_point_fails(row, issue_type, field):
    error = prepare(row)

    assert isinstance(error, RowError)
    assert (error.row_index, error.row_number) == (0, 2)
    assert (error.issue.type, error.issue.field) == (issue_type, field)


def test_a_bad_cell_beside_a_good_contact_point_is_a_warning():
    prepared = prepare({"email": "ann@example.com", "phone": "12", "country": "Atlantis"})

    assert prepared._replace(warnings=()) == record(email="ann@example.com")
    assert [(warning.type, warning.field) for warning in prepared.warnings] == [
        ("invalid_value", "country"),
        ("invalid_value", "phone"),
    ]


def test_hold_invalid_holds_a_row_with_any_bad_cell():
    held = prepare({"email": "ann@example.com", "birthday": "soon"}, hold_invalid=True)

    message = "“soon” is not a date. Enter it like 1986-03-14."
    assert held == RowError(0, 2, CellIssue("held_invalid", "birthday", message))


def test_hold_invalid_lets_good_rows_and_placeholders_pass():
    assert prepare({"email": "ann@example.com", "phone": "n/a"}, hold_invalid=True) == record(email="ann@example.com")


def test_a_row_with_an_irisx_id_needs_no_contact_point():
    assert prepare({"irisx_id": str(CONTACT_ID), "city": "Rome"}) == record(
        irisx_id=CONTACT_ID, attributes={"city": "Rome"}
    )


def test_a_bad_irisx_id_is_a_warning():
    prepared = prepare({"irisx_id": "42", "email": "ann@example.com"})

    assert prepared.irisx_id is None
    assert [(warning.type, warning.field) for warning in prepared.warnings] == [("invalid_value", "irisx_id")]


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"full_name": "Hollister, Maya"}, ("Maya", "Hollister")),
        ({"full_name": "Hollister, Maya", "first_name": "", "last_name": ""}, ("Maya", "Hollister")),
        ({"full_name": "Hollister, Maya", "first_name": "May", "last_name": "H."}, ("May", "H.")),
        ({"full_name": "Maya Hollister", "first_name": "May"}, ("May", "Hollister")),
        ({"full_name": "Madonna"}, ("Madonna", "")),
    ],
)
def test_a_full_name_fills_the_names_that_are_blank(row, names):
    prepared = prepare({"email": "maya@example.com", **row})

    assert (prepared.first_name, prepared.last_name) == names


def test_too_long_a_name_is_left_out():
    prepared = prepare({"email": "maya@example.com", "full_name": "M" * 250})

    assert prepared.first_name == ""
    assert [warning.field for warning in prepared.warnings] == ["full_name"]


@pytest.mark.parametrize(("cell", "attributes"), [("yes", {"do_not_contact": True}), ("no", {}), ("", {})])
def test_an_import_may_set_do_not_contact_but_never_clear_it(cell, attributes):
    assert prepare({"email": "ann@example.com", "do_not_contact": cell}).attributes == attributes


@pytest.mark.parametrize(
    ("country_cell", "column_country", "default_country", "phone"),
    [
        ("Germany", "FR", "US", "+4930901820"),
        ("", "DE", "US", "+4930901820"),
        ("Atlantis", "DE", "US", "+4930901820"),
        ("", None, "DE", "+4930901820"),
    ],
)
def test_a_phone_number_belongs_to_the_country_of_its_row_then_of_its_column_then_of_the_tenant(
    country_cell, column_country, default_country, phone
):
    mapping = FieldMapping((MappedColumn("Tel", "phone", country=column_country), MappedColumn("Land", "country")))
    preparer = RowPreparer(["Land", "Tel"], mapping, FIELDS, default_country=default_country)

    assert prepare_row(preparer, [country_cell, "030 901820"]).phone == phone


def test_the_date_order_of_a_column_decides():
    mapping = FieldMapping((MappedColumn("Mail", "email"), MappedColumn("Born", "birthday", date_order="dmy")))

    prepared = prepare_row(RowPreparer(["Mail", "Born"], mapping, FIELDS), ["ann@example.com", "03/04/1986"])

    assert prepared.attributes == {"birthday": "1986-04-03"}


def test_columns_that_are_mapped_to_nothing_or_missing_are_left_out():
    mapping = FieldMapping((MappedColumn("Fax", None), MappedColumn("Mail", "email"), MappedColumn("Gone", "city")))

    prepared = prepare_row(RowPreparer(["Fax", "Mail"], mapping, FIELDS), ["1", "ann@example.com"])

    assert prepared == record(email="ann@example.com")


def test_many_different_cells_are_read_as_well_as_few():
    preparer = RowPreparer(
        ["email", "birthday"],
        FieldMapping((MappedColumn("email", "email"), MappedColumn("birthday", "birthday"))),
        FIELDS,
    )
    days = [f"{1800 + number // 28}-01-{number % 28 + 1:02}" for number in range(6000)]

    records, errors = preparer.prepare(0, range(2, 6002), [["ann@example.com", day] for day in days])

    assert ([record.attributes["birthday"] for record in records], errors) == (days, [])


def test_records_and_errors_keep_the_places_of_their_rows():
    mapping = FieldMapping((MappedColumn("Mail", "email"), MappedColumn("Phone", "phone")))
    rows = [["ann@example.com", ""], ["", "1"], ["ben@example.com", "1"], ["", ""]]

    records, errors = RowPreparer(["Mail", "Phone"], mapping, FIELDS).prepare(10, [5, 6, 8, 9], rows)

    assert [(it.row_index, it.row_number, it.email, len(it.warnings)) for it in records] == [
        (10, 5, "ann@example.com", 0),
        (12, 8, "ben@example.com", 1),
    ]
    assert [(it.row_index, it.row_number, it.issue.type) for it in errors] == [
        (11, 6, "invalid_phone"),
        (13, 9, "no_contact_point"),
    ]


@pytest.mark.parametrize(
    "odd", ["", "José", "Jose\u0301", " Ann  Lee ", "Ann\tLee", "a\u00a0b", "x" * 201, "|", "\u0338"]
)
def test_a_column_of_text_is_read_as_each_of_its_cells_alone(odd):
    mapping = FieldMapping((MappedColumn("Mail", "email"), MappedColumn("Name", "first_name")))
    preparer = RowPreparer(["Mail", "Name"], mapping, FIELDS)
    names = ["Ana", odd, " Ben "]

    records, _ = preparer.prepare(0, [2, 3, 4], [["ann@example.com", name] for name in names])
    alone = [prepare_row(preparer, ["ann@example.com", name]) for name in names]

    assert [(it.first_name, it.warnings) for it in records] == [(it.first_name, it.warnings) for it in alone]
    assert [it.first_name for it in alone[::2]] == ["Ana", "Ben"]
