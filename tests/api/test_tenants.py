"""Whose imports an API request is about: every address, asked by others."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

from tests.factories import make_job, make_list, make_saved_mapping
from tests.owned import MAKERS, id_of, stored
from tests.standins import SHEET_URL

pytestmark = pytest.mark.django_db

# Every address under /v1/ that names an object, with the methods it takes and a body that would be good. A new address
# without a line here fails test_every_address_is_listed.
OBJECT_ADDRESSES = {
    "v1/imports/<uuid:job_id>": {"get": None, "delete": None},
    "v1/imports/<uuid:job_id>/preview": {"get": None},
    "v1/imports/<uuid:job_id>/rows": {"get": None},
    "v1/imports/<uuid:job_id>/errors": {"get": None},
    "v1/imports/<uuid:job_id>/inspect": {"post": {"header_row": 1}},
    "v1/imports/<uuid:job_id>/confirm": {"post": {"accept_suggested": True}},
    "v1/imports/<uuid:job_id>/cancel": {"post": {}},
    "v1/imports/<uuid:job_id>/pause": {"post": {}},
    "v1/imports/<uuid:job_id>/resume": {"post": {}},
    "v1/imports/<uuid:job_id>/retry": {"post": {}},
    "v1/imports/<uuid:job_id>/corrections": {"post": {"rows": [{"import_key": "1", "values": {}}]}},
    "v1/imports/mappings/<uuid:mapping_id>": {"get": None, "patch": {"name": "Others"}, "delete": None},
    "v1/imports/schedules/<uuid:schedule_id>": {"get": None, "patch": {"paused": True}, "delete": None},
    "v1/imports/schedules/<uuid:schedule_id>/run": {"post": {}},
    "v1/contacts/<uuid:contact_id>": {"get": None, "patch": {"title": "Buyer"}, "delete": None},
    "v1/contacts/<uuid:contact_id>/history": {"get": None},
    "v1/lists/<uuid:list_id>": {"get": None, "patch": {"name": "Fair"}, "delete": None},
    "v1/lists/<uuid:list_id>/contacts": {
        "post": {"contact_ids": [str(uuid4())]},
        "delete": {"contact_ids": [str(uuid4())]},
    },
    "v1/fields/<str:key>": {"patch": {"label": "Tariff"}, "delete": None},
    "v1/exports/<uuid:export_id>": {"get": None},
    "v1/exports/<uuid:export_id>/download": {"get": None},
    "v1/webhooks/<uuid:endpoint_id>": {"get": None, "patch": {"enabled": False}, "delete": None},
    "v1/webhooks/<uuid:endpoint_id>/deliveries": {"get": None},
    "v1/webhooks/deliveries/<uuid:delivery_id>/resend": {"post": {}},
}
OTHER_ADDRESSES = {
    "v1/auth/token",
    "v1/auth/token/refresh",
    "v1/docs",
    "v1/imports",
    "v1/imports/airtable",
    "v1/imports/airtable/table",
    "v1/imports/bulk",
    "v1/imports/google",
    "v1/imports/google/auth",
    "v1/imports/google/callback",
    "v1/imports/google/sheet",
    "v1/imports/mappings",
    "v1/imports/pasted",
    "v1/imports/schedules",
    "v1/imports/upload",
    "v1/schema",
    "v1/contacts",
    "v1/exports",
    "v1/exports/contacts",
    "v1/fields",
    "v1/lists",
    "v1/webhooks",
    "v1/webhooks/deliveries",
    "v1/webhooks/secret",
    "v1/webhooks/secret/rotate",
}
CASES = [(address, method) for address, methods in OBJECT_ADDRESSES.items() for method in methods]


def addresses(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def api_addresses():
    return {route: view for route, view in addresses(get_resolver().url_patterns) if route.startswith("v1/")}


def make_object(address, tenant):
    """Make what an address is about."""
    return MAKERS[re.search(r"<\w+:(\w+)>", address)[1]](tenant)


def url_of(address, object_id):
    return "/" + re.sub(r"<\w+:\w+>", str(object_id), address)


def ask(client, address, method, object_id, **extra):
    return getattr(client, method)(
        url_of(address, object_id), OBJECT_ADDRESSES[address][method], format="json", **extra
    )


def test_every_address_is_listed():
    methods = {
        address: {method for method in getattr(view, "actions", {}) if method != "head"}
        for address, view in api_addresses().items()
        if "<" in address
    }
    assert methods == {address: set(cases) for address, cases in OBJECT_ADDRESSES.items()}
    assert {address for address in api_addresses() if "<" not in address} == OTHER_ADDRESSES


@pytest.mark.parametrize(("address", "method"), CASES)
def test_what_is_another_tenants_is_answered_like_what_is_unknown(api, acme, bob, address, method):
    ours = make_object(address, acme)
    before = stored()

    foreign = ask(api(bob), address, method, id_of(ours))
    unknown = ask(api(bob), address, method, uuid4())

    assert (foreign.status_code, foreign.json()) == (unknown.status_code, unknown.json())
    assert foreign.status_code == 404
    assert stored() == before


@pytest.mark.parametrize(("address", "method"), CASES)
def test_header_of_platform_staff_does_nothing_for_customers(api, acme, bob, address, method):
    ours = make_object(address, acme)

    assert ask(api(bob), address, method, id_of(ours), HTTP_X_TENANT="acme").status_code == 404


@pytest.mark.parametrize(("address", "method"), CASES)
def test_nobody_is_let_in_without_a_token(client, acme, address, method):
    answer = getattr(client, method)(url_of(address, id_of(make_object(address, acme))))

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def test_deleted_job_is_gone_for_its_own_people_too(api, acme, alice):
    job = make_job(acme)
    assert api(alice).delete(f"/v1/imports/{job.pk}").status_code == 204

    for address, method in CASES:
        if "<uuid:job_id>" in address:
            assert ask(api(alice), address, method, job.pk).status_code == 404


def test_history_shows_the_own_tenants_jobs(api, acme, globex, alice, bob):
    ours = make_job(acme)
    make_job(globex)

    results = api(alice).get("/v1/imports").json()["results"]

    assert [result["id"] for result in results] == [str(ours.pk)]


# Platform staff ------------------------------------------------------------------------------------------------------


def test_staff_name_the_tenant_they_act_for(api, acme, globex, staff):
    ours = make_job(acme)
    theirs = make_job(globex)

    answer = api(staff).get("/v1/imports", HTTP_X_TENANT="acme")

    assert [result["id"] for result in answer.json()["results"]] == [str(ours.pk)]
    assert api(staff).get(f"/v1/imports/{theirs.pk}", HTTP_X_TENANT="acme").status_code == 404
    assert api(staff).get(f"/v1/imports/{theirs.pk}", HTTP_X_TENANT="globex").status_code == 200


def test_staff_without_a_tenant_are_asked_for_one(api, staff):
    answer = api(staff).get("/v1/imports")

    assert (answer.status_code, answer.json()["code"]) == (400, "tenant_required")


def test_staff_naming_an_unknown_tenant_find_nothing(api, staff):
    answer = api(staff).get("/v1/imports", HTTP_X_TENANT="initech")

    assert (answer.status_code, answer.json()["code"]) == (404, "tenant_not_found")


# Ids in bodies and queries -------------------------------------------------------------------------------------------

SCHEDULE = {"name": "Leads", "sheet_url": SHEET_URL, "field_mapping": {"E-Mail": "email"}, "frequency": "daily"}
# Every address with an id in its body or query: method, address and name of the id → the body that goes with it. A new
# one without a line here fails test_every_id_in_a_body_or_query_is_listed.
GIVEN_IDS = {
    ("post", "/v1/imports/upload", "list_id"): {},
    ("post", "/v1/imports/pasted", "list_id"): {"text": "Email\nana@example.com\n"},
    ("post", "/v1/imports/google/sheet", "list_id"): {"sheet_url": SHEET_URL},
    ("post", "/v1/imports/airtable/table", "list_id"): {"table_url": "https://airtable.com/appAbCdEfGhIjKlMn"},
    ("post", "/v1/imports/bulk", "list_id"): {"contacts": [{"email": "ana@example.com"}]},
    ("post", "/v1/imports/{job_id}/confirm", "list_id"): {"accept_suggested": True},
    ("get", "/v1/contacts", "list_id"): None,
    ("get", "/v1/contacts", "import_id"): None,
    ("post", "/v1/contacts", "lists"): {"email": "ana@example.com"},
    ("patch", "/v1/contacts/{contact_id}", "lists"): {},
    ("post", "/v1/lists/{list_id}/contacts", "contact_ids"): {},
    ("delete", "/v1/lists/{list_id}/contacts", "contact_ids"): {},
    ("get", "/v1/exports/contacts", "list_id"): None,
    ("post", "/v1/exports", "list_id"): {},
    ("get", "/v1/webhooks/deliveries", "import_id"): None,
    ("post", "/v1/imports/schedules", "list_id"): SCHEDULE,
    ("post", "/v1/imports/schedules", "mapping_id"): SCHEDULE,
    ("post", "/v1/imports/schedules", "import_id"): SCHEDULE,
    ("patch", "/v1/imports/schedules/{schedule_id}", "list_id"): {},
    ("patch", "/v1/imports/schedules/{schedule_id}", "mapping_id"): {},
}
GIVEN_MAKERS = {"list_id": make_list, "lists": make_list, "import_id": make_job, "contact_ids": MAKERS["contact_id"]}
GIVEN_MAKERS |= {"mapping_id": make_saved_mapping}


def ids_in_bodies_and_queries():
    document = SchemaGenerator().get_schema(request=None, public=True)
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            found = [
                (parameter["name"], parameter["schema"])
                for parameter in operation.get("parameters", [])
                if parameter["in"] == "query"
            ]
            for content in operation.get("requestBody", {"content": {}})["content"].values():
                found += schemas[content["schema"]["$ref"].rpartition("/")[2]]["properties"].items()
            for name, schema in found:
                if "uuid" in (schema.get("format"), schema.get("items", {}).get("format")):
                    yield method, path, name


def test_every_id_in_a_body_or_query_is_listed():
    assert set(ids_in_bodies_and_queries()) == GIVEN_IDS.keys()


@pytest.mark.parametrize(("method", "address", "name"), GIVEN_IDS)
def test_an_id_of_another_tenant_in_a_body_or_query_is_unknown(api, upload, acme, globex, alice, method, address, name):
    client, body = api(alice), GIVEN_IDS[method, address, name]
    url = address
    if "{job_id}" in address:
        url = address.format(job_id=upload(client, "Email\nana@example.com\n").json()["id"])
    elif in_path := re.search(r"{(\w+)}", address):
        url = address.replace(in_path[0], str(id_of(MAKERS[in_path[1]](acme))))
    theirs = GIVEN_MAKERS[name](globex)
    before = stored()

    def ask(object_id):
        if method == "get":
            return client.get(url, {name: str(object_id)})
        if url.endswith("/upload"):
            return upload(client, "Email\nana@example.com\n", **{name: str(object_id)})
        given = str(object_id) if name.endswith("_id") else [str(object_id)]
        return getattr(client, method)(url, {**body, name: given}, format="json")

    unknown_id = uuid4()
    foreign, unknown = ask(theirs.pk), ask(unknown_id)

    assert (foreign.status_code, foreign.json()["code"]) == (
        400,
        f"unknown_{name.removesuffix('s').removesuffix('_id')}",
    )
    assert foreign.content.replace(str(theirs.pk).encode(), str(unknown_id).encode()) == unknown.content
    assert stored() == before
