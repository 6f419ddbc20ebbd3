"""What goes out, and that it comes in again as it was."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contacts import exports, services
from contacts.exports import Format, Selection, excel_writer, query
from contacts.fields import FieldType
from contacts.models import Contact
from imports import reading, runner
from imports import services as import_services
from imports.engine.formulas import harmless
from imports.engine.readers import read_source
from imports.options import ImportOptions
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.refusals import Invalid
from tests.factories import confirm, counts, make_contact

pytestmark = pytest.mark.django_db

ATTRIBUTES = {
    "birthday": "1986-03-14",
    "do_not_contact": True,
    "notes": "=1+1\nsecond line",
    "tags": ["vip", "=fair", 'with "quotes", and \\'],
    "plan": "Pro",
}
HEADERS = [
    "First Name",
    "Last Name",
    "Email",
    "Phone",
    "Company",
    "Title",
    "Birthday",
    "City",
    "Country",
    "Do not contact",
    "Notes",
    "Plan",
    "Postal code",
    "State",
    "Street",
    "Tags",
    "Website",
    "IRISX ID",
]


def exported(tenant: Tenant, form: str, **chosen) -> bytes:
    with exports.as_file(tenant, Selection(Format(form), **chosen)) as file:
        return file.read()


def table_of(content: bytes) -> list[list[str]]:
    """Return the rows of an exported CSV file or workbook."""
    if not content.startswith(b"PK"):
        return list(csv.reader(io.StringIO(content.decode(), newline="")))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
def ann(acme) -> Contact:
    services.create_custom_field(acme, label="Plan")
    return make_contact(
        acme,
        first_name="Ann",
        last_name="O'Neill",
        email="ann@example.com",
        phone="+12125550143",
        company='The "Blue" Door',
        title="@work",
        attributes=ATTRIBUTES,
    )


# What goes out -------------------------------------------------------------------------------------------------------


def test_csv_has_every_cell_quoted_and_formulas_disarmed(acme, ann):
    content = exported(acme, "csv").decode()

    header, line = content.split("\n", 1)
    assert header == ",".join(f'"{name}"' for name in HEADERS)
    assert line == (
        '"Ann","O\'Neill","ann@example.com","+12125550143","The ""Blue"" Door","\'@work","1986-03-14","","","yes",'
        f'"\'=1+1\nsecond line","Pro","","","","vip, =fair, with ""quotes"", and \\","","{ann.pk}"\n'
    )


def test_workbook_holds_texts_and_nothing_else(acme, ann):
    book = openpyxl.load_workbook(io.BytesIO(exported(acme, "excel")))

    header, row = book.active.iter_rows()
    assert [cell.value for cell in header] == HEADERS
    assert {head.value: cell.value for head, cell in zip(header, row, strict=True) if cell.value} == {
        "First Name": "Ann",
        "Last Name": "O'Neill",
        "Email": "ann@example.com",
        "Phone": "+12125550143",
        "Company": 'The "Blue" Door',
        "Title": "@work",
        "Birthday": "1986-03-14",
        "Do not contact": "yes",
        "Notes": "=1+1\nsecond line",
        "Plan": "Pro",
        "Tags": 'vip, =fair, with "quotes", and \\',
        "IRISX ID": str(ann.pk),
    }
    assert {cell.data_type for cell in row if cell.value} == {"s"}


def test_json_is_flat_as_bulk_takes_it_and_leaves_values_as_they_are(acme, ann):
    bare = make_contact(acme, email="=bare@example.com")

    assert json.loads(exported(acme, "json")) == {
        "contacts": [
            {
                "first_name": "Ann",
                "last_name": "O'Neill",
                "email": "ann@example.com",
                "phone": "+12125550143",
                "company": 'The "Blue" Door',
                "title": "@work",
                **ATTRIBUTES,
                "irisx_id": str(ann.pk),
            },
            {
                **dict.fromkeys(["first_name", "last_name", "phone", "company", "title"], ""),
                "email": "=bare@example.com",
                "irisx_id": str(bare.pk),
            },
        ]
    }


@pytest.mark.parametrize("form", ["csv", "excel", "json"])
def test_list_limit_and_fields_choose_what_goes_out(acme, globex, form):
    fair = services.create_list(acme, "Fair")
    people = [make_contact(acme, email=f"{name}@example.com", attributes={"city": name}) for name in "abcd"]
    make_contact(globex, email="theirs@example.com")
    services.add_members(fair, [person.pk for person in people[1:]])

    content = exported(acme, form, list_id=fair.pk, limit=2, fields=("city", "email"))

    if form == "json":
        rows = [list(contact.items()) for contact in json.loads(content)["contacts"]]
        assert rows == [[("email", f"{name}@example.com"), ("city", name)] for name in "bc"]
    else:
        assert table_of(content) == [["Email", "City"], ["b@example.com", "b"], ["c@example.com", "c"]]


@pytest.mark.parametrize("form", ["csv", "excel", "json"])
def test_without_contacts_there_is_a_file_all_the_same(acme, form):
    content = exported(acme, form, fields=("email",))

    if form == "json":
        assert json.loads(content) == {"contacts": []}
    else:
        assert table_of(content) == [["Email"]]


@pytest.mark.parametrize("chosen", [{"fields": ("shoe_size",)}, {"fields": ("full_name",)}, {"list_id": uuid4()}])
def test_unknown_fields_and_lists_are_refused(acme, chosen):
    with pytest.raises(Invalid):
        exported(acme, "csv", **chosen)


def test_another_tenants_list_is_refused(acme, globex):
    theirs = services.create_list(globex, "Fair")

    with pytest.raises(Invalid) as refused:
        exported(acme, "csv", list_id=theirs.pk)

    assert refused.value.code == "unknown_list"


def test_more_contacts_than_a_sheet_holds_are_refused(acme, monkeypatch):
    monkeypatch.setattr(excel_writer, "MAX_CONTACTS", 2)
    people = [make_contact(acme, email=f"{name}@example.com") for name in "abc"]
    pair, all_three = services.create_list(acme, "Pair"), services.create_list(acme, "All")
    services.add_members(pair, [person.pk for person in people[:2]])
    services.add_members(all_three, [person.pk for person in people])

    for chosen in ({}, {"list_id": all_three.pk}, {"limit": 3}):
        with pytest.raises(Invalid) as refused:
            exported(acme, "excel", **chosen)
        assert refused.value.code == "too_many_for_excel"
    for chosen in ({"list_id": pair.pk}, {"limit": 2}):
        assert len(table_of(exported(acme, "excel", **chosen))) == 3


@pytest.mark.parametrize("form", ["csv", "excel", "json"])
def test_statements_may_be_watched(acme, ann, form):
    """As with DEBUG on, when Django's cursors are of another kind."""
    with CaptureQueriesContext(connection):
        assert exported(acme, form)


# Formulas ------------------------------------------------------------------------------------------------------------

NASTY = st.text(alphabet=st.sampled_from("'=+-@\t\r\n＝＝,;\"_x0041_ 19aZé高\ufffe"), max_size=12)


@settings(max_examples=300)
@given(st.lists(NASTY | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
@example(["+12125550143", "+123456", "+1234567890123456", "+1212555014a", "'+12125550143", "＝1", "''=", ""])
def test_postgresql_disarms_what_we_disarm(texts):
    statement = f"SELECT {query._harmless('cell')} FROM unnest(%(texts)s::text[]) AS cell"
    with connection.cursor() as cursor:
        cursor.execute(statement, {**query.texts([], query.Scope(0), harmless=True)[1], "texts": texts})
        found = [cell for (cell,) in cursor.fetchall()]

    assert found == [harmless(text) for text in texts]


def test_headers_are_disarmed_too(acme):
    services.create_custom_field(acme, label='=HYPERLINK("x")')
    make_contact(acme, email="a@example.com")

    assert '\'=HYPERLINK("x")' in table_of(exported(acme, "csv"))[0]
    book = openpyxl.load_workbook(io.BytesIO(exported(acme, "excel")))
    assert {cell.data_type for cell in next(book.active.iter_rows())} == {"s"}


# The way back --------------------------------------------------------------------------------------------------------

LABELS = {
    "text": FieldType.TEXT,
    "Seats, booked": FieldType.NUMBER,
    "Joined": FieldType.DATE,
    "=Active?": FieldType.BOOLEAN,
    "Profile": FieldType.URL,
    "E-Mail address": FieldType.TEXT,  # is taken for the e-mail address by everybody else
    "★": FieldType.TEXT,
    "★★": FieldType.TEXT,
    "Full name": None,
    "姓名": FieldType.TEXT,
}


def import_back(tenant: Tenant, content: bytes, form: str):
    """Import a file as suggested, or JSON as bulk takes it, and return the job at its end."""
    options = ImportOptions.parse({"duplicate_strategy": "update"})
    if form == "json":
        contacts = json.loads(content)["contacts"]
        job = import_services.create_bulk_job(tenant, user=None, contacts=contacts, options=options)
        return runner.run_to_end(job.pk)
    with tempfile.NamedTemporaryFile(suffix=f".{exports.ENDINGS[Format(form)]}") as file:
        file.write(content)
        file.flush()
        job = import_services.create_job(
            tenant,
            user=None,
            filename="contacts",
            path=Path(file.name),
            options=options,
        )
    confirm(job)
    return runner.run_to_end(job.pk)


def state_of(tenant: Tenant) -> list[dict]:
    with tenant_scope(tenant):
        return list(Contact.objects.filter(tenant=tenant).order_by("id").values())


texts = NASTY | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
values = st.fixed_dictionaries(
    {},
    optional={
        "first_name": texts,
        "last_name": texts,
        "company": texts,
        "title": texts,
        "street": texts,
        "city": texts,
        "notes": texts,
        "postal_code": texts | st.sampled_from(["01067", "1e5", "0", "_x0041_"]),
        "tags": st.lists(texts, max_size=3).map(",".join),
        "country": st.sampled_from(["DE", "Norway", "NA"]),
        "birthday": st.dates().map(str),
        "website": st.sampled_from(["https://example.com/=x", "http://münchen.example"]),
        "do_not_contact": st.sampled_from(["yes", "no"]),
        "custom:text": texts,
        "custom:seats_booked": st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
        "custom:joined": st.dates().map(str),
        "custom:active": st.sampled_from(["yes", "no"]),
        "custom:e_mail_address": texts | st.sampled_from(["other@example.com"]),
        "custom:field": texts,
        "custom:field_2": texts,
    },
)
contact_points = st.sampled_from(
    [
        {"email": "{n}@example.com"},
        {"email": "+{n}@example.com"},
        {"email": "'{n}@example.com"},
        {"email": "={n}@example.com", "phone": "+1212555{n:04}"},
        {"phone": "+1212555{n:04}"},
    ]
)


@pytest.fixture
def _read_here(monkeypatch):
    """Read files in this process: a child for each example would take most of the time."""
    monkeypatch.setattr(
        reading,
        "read_in_child",
        lambda path, rows_path, options, *, is_snapshot: read_source(path, rows_path, options, reading.limits()),
    )


@pytest.mark.usefixtures("_read_here")
@pytest.mark.parametrize("form", ["csv", "excel", "json"])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(st.tuples(contact_points, values), min_size=1, max_size=8))
def test_an_export_comes_in_again_without_changing_anything(form, people):
    with tenant_scope(ALL):
        tenant = Tenant.objects.create(name="Acme", slug=uuid4().hex, default_country="US")
    for label, kind in LABELS.items():
        if kind is not None:
            services.create_custom_field(tenant, label=label, kind=kind)
    for n, (points, person) in enumerate(people):
        points = {key: text.format(n=n) for key, text in points.items()}
        try:
            services.create_contact(tenant, {**person, **points}, allow_duplicate=True)
        except Invalid:  # of 20 characters some are not even a text of ours
            services.create_contact(tenant, points, allow_duplicate=True)
    before = state_of(tenant)

    job = import_back(tenant, exported(tenant, form), form)

    assert counts(job) == {name: len(people) for name in ("total", "processed", "unchanged", "duplicates")}
    assert state_of(tenant) == before
    with tenant_scope(tenant):
        suggested = {column["field"] for column in job.columns}
        every = set(services.fields_of(tenant)) - {"full_name"}
        # JSON has the keys that somebody has a value for.
        assert suggested <= every if form == "json" else suggested == every
