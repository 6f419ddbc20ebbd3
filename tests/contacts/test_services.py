"""What changes contacts, lists and fields outside of imports, and that it stores what an import would."""

from __future__ import annotations

import pytest

from contacts import services
from contacts.fields import FieldType
from contacts.models import Contact, ContactList, ContactListMember, CustomField
from imports.engine.normalize import as_text
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Conflict, Invalid, NotFound
from tests.factories import contacts_of, import_csv, make_contact

pytestmark = pytest.mark.django_db

# Field → text as people write it, with a value of the other spelling that comes to the same.
TEXTS = {
    "first_name": "  Zoë  Ann ",
    "last_name": "O\u2019Neill",
    "email": " Ana＠Example.COM ",
    "phone": "(212) 555-0143",
    "company": "Cobalt &  Finch",
    "title": "Head of Marketing, EMEA",
    "street": "1 Main St\r\nFloor 2",
    "city": "Köln",
    "country": "Deutschland",
    "website": "Example.com/A",
    "birthday": "14 March 1986",
    "notes": "=1+1",
    "tags": "vip; Vip, fair",
    "do_not_contact": "x",
    "custom:plan": "Pro",
    "custom:seats": "1'234,50",
    "custom:joined": "2024-03-04T10:00",
    "custom:active": "no",
}


@pytest.fixture
def fields(acme):
    for label, kind in (("Plan", "text"), ("Seats", "number"), ("Joined", "date"), ("Active", "boolean")):
        services.create_custom_field(acme, label=label, kind=FieldType(kind))


def values_of(contact: Contact) -> dict:
    names = ("first_name", "last_name", "email", "phone", "company", "title", "attributes")
    return {name: getattr(contact, name) for name in names}


def csv_of(texts: dict[str, str]) -> str:
    return "\n".join(
        ",".join('"{}"'.format(cell.replace('"', '""')) for cell in row) for row in ([*texts], texts.values())
    )


# The normal form -----------------------------------------------------------------------------------------------------


def test_a_contact_is_stored_as_an_import_of_the_same_texts_stores_it(acme, globex, fields):
    for label, kind in (("Plan", "text"), ("Seats", "number"), ("Joined", "date"), ("Active", "boolean")):
        services.create_custom_field(globex, label=label, kind=FieldType(kind))
    texts = {**TEXTS, "phone": "030 901820"}
    import_csv(globex, csv_of(texts), mapping={key: key for key in texts})

    made = services.create_contact(acme, texts)

    (imported,) = contacts_of(globex)
    assert values_of(made) == values_of(imported)


def test_normal_values_come_to_themselves(acme, fields):
    with tenant_scope(acme):
        first = services.normal_values(acme, TEXTS)
        texts = {key: as_text(value) for key, value in {**first.columns, **first.attributes}.items()}
        custom = {key: f"custom:{key}" for key in ("plan", "seats", "joined", "active")}
        again = services.normal_values(acme, {custom.get(key, key): text for key, text in texts.items()})

    assert again == first


@pytest.mark.parametrize(
    ("texts", "phone"),
    [
        ({"phone": "030 901820", "country": "DE"}, "+4930901820"),
        ({"phone": "030 901820"}, "+4930901820"),  # by the country that the contact has
        ({"phone": "+44 20 7946 0018"}, "+442079460018"),
    ],
)
def test_phone_belongs_to_the_contacts_country(acme, texts, phone):
    contact = make_contact(acme, email="a@example.com", attributes={"country": "DE"})

    assert services.update_contact(contact, texts).phone == phone


def test_full_name_fills_what_is_not_named(acme):
    made = services.create_contact(acme, {"full_name": "Ann von Berg", "first_name": "Annie", "email": "a@example.com"})

    assert (made.first_name, made.last_name) == ("Annie", "von Berg")


@pytest.mark.parametrize(
    ("texts", "code", "field"),
    [
        ({"email": "nobody"}, "invalid_value", "email"),
        ({"email": "a@example.com", "birthday": "03/04/1986"}, "invalid_value", "birthday"),
        ({"email": "a@example.com", "first_name": "x" * 201}, "invalid_value", "first_name"),
        ({"email": "a@example.com", "full_name": f"{'x' * 201} y"}, "invalid_value", "first_name"),
        ({"email": "a@example.com", "shoe_size": "42"}, "unknown_field", "shoe_size"),
        ({"email": "a@example.com", "irisx_id": "x"}, "unknown_field", "irisx_id"),
        ({"first_name": "Ann"}, "no_contact_point", None),
        ({"email": " ", "phone": ""}, "no_contact_point", None),
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_field(acme, texts, code, field):
    with pytest.raises(Invalid) as refused:
        services.create_contact(acme, texts)

    assert (refused.value.code, refused.value.details.get("field")) == (code, field)
    assert contacts_of(acme) == []


# Contacts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", [{"email": "ANN@example.com"}, {"email": "new@example.com", "phone": "212 555 0143"}])
def test_the_oldest_contact_with_the_same_key_is_named(acme, globex, texts):
    make_contact(globex, email="ann@example.com", phone="+12125550143")
    oldest = make_contact(acme, email="ann@example.com", phone="+12125550143")
    make_contact(acme, email="ann@example.com", phone="+12125550143")

    with pytest.raises(Conflict) as refused:
        services.create_contact(acme, texts)

    assert (refused.value.code, refused.value.details["contact_id"]) == ("duplicate_contact", str(oldest.pk))
    assert services.create_contact(acme, texts, allow_duplicate=True).pk > oldest.pk


def test_update_changes_what_is_named_and_blank_clears(acme, fields):
    contact = services.create_contact(acme, TEXTS)

    changed = services.update_contact(contact, {"city": "", "tags": "", "custom:plan": "Free", "title": ""})

    expected = values_of(contact)
    expected["title"] = ""
    expected["attributes"] = {key: value for key, value in contact.attributes.items() if key not in ("city", "tags")}
    expected["attributes"]["plan"] = "Free"
    assert values_of(changed) == expected
    assert values_of(contacts_of(acme)[0]) == expected


def test_update_with_the_same_values_changes_nothing(acme, fields):
    contact = services.create_contact(acme, TEXTS)

    assert services.update_contact(contact, TEXTS, allow_duplicate=False).updated_at == contact.updated_at


def test_update_to_another_contacts_address_is_refused(acme):
    ann = make_contact(acme, email="ann@example.com")
    bea = make_contact(acme, email="bea@example.com")

    with pytest.raises(Conflict) as refused:
        services.update_contact(bea, {"email": "Ann@example.com"})

    assert refused.value.details["contact_id"] == str(ann.pk)
    assert services.update_contact(bea, {"email": "Ann@example.com"}, allow_duplicate=True).email == "ann@example.com"
    # It has that address now: naming it again is no change.
    assert services.update_contact(bea, {"email": "ann@example.com", "title": "Buyer"}).title == "Buyer"


def test_the_last_contact_point_cannot_be_cleared(acme):
    contact = make_contact(acme, email="ann@example.com")

    with pytest.raises(Invalid) as refused:
        services.update_contact(contact, {"email": ""})

    assert refused.value.code == "no_contact_point"


def test_a_deleted_contact_cannot_be_changed(acme):
    contact = make_contact(acme, email="ann@example.com")
    services.delete_contact(contact)
    services.delete_contact(contact)

    with pytest.raises(NotFound):
        services.update_contact(contact, {"title": "Buyer"})


# Lists ---------------------------------------------------------------------------------------------------------------


def members_of(contact_list: ContactList) -> set:
    with tenant_scope(contact_list.tenant_id):
        return set(ContactListMember.objects.filter(contact_list=contact_list).values_list("contact_id", flat=True))


def test_lists_of_a_contact_become_those_given(acme):
    fair, news = services.create_list(acme, "Fair"), services.create_list(acme, "News")
    contact = services.create_contact(acme, {"email": "ann@example.com"}, list_ids=[fair.pk])

    services.update_contact(contact, {}, list_ids=[news.pk])

    assert (members_of(fair), members_of(news)) == (set(), {contact.pk})


def test_members_come_and_go(acme):
    fair = services.create_list(acme, "Fair")
    ann, bea = (make_contact(acme, email=f"{name}@example.com") for name in ("ann", "bea"))

    services.add_members(fair, [ann.pk, bea.pk])
    services.add_members(fair, [ann.pk])
    services.remove_members(fair, [bea.pk])
    services.remove_members(fair, [bea.pk])

    assert members_of(fair) == {ann.pk}


def test_another_tenants_contact_is_unknown_to_a_list(acme, globex):
    fair = services.create_list(acme, "Fair")
    ours, theirs = make_contact(acme, email="a@example.com"), make_contact(globex, email="a@example.com")

    with pytest.raises(Invalid) as refused:
        services.add_members(fair, [ours.pk, theirs.pk])

    assert (refused.value.code, members_of(fair)) == ("unknown_contact", set())


def test_another_tenants_list_is_unknown(acme, globex):
    theirs = services.create_list(globex, "Fair")

    with pytest.raises(Invalid) as refused:
        services.create_contact(acme, {"email": "a@example.com"}, list_ids=[theirs.pk])

    assert (refused.value.code, contacts_of(acme)) == ("unknown_list", [])


def test_a_list_is_named_once_a_tenant(acme, globex):
    fair = services.create_list(acme, "Fair")
    services.create_list(globex, "Fair")
    news = services.create_list(acme, "News")

    for change in (lambda: services.create_list(acme, "Fair"), lambda: services.rename_list(news, "Fair")):
        with pytest.raises(Conflict) as refused:
            change()
        assert refused.value.code == "list_exists"
    services.rename_list(fair, "Fair")


def test_deleting_a_list_keeps_its_contacts(acme):
    fair = services.create_list(acme, "Fair")
    contact = services.create_contact(acme, {"email": "ann@example.com"}, list_ids=[fair.pk])

    services.delete_list(fair)

    assert [kept.pk for kept in contacts_of(acme)] == [contact.pk]
    with pytest.raises(NotFound):
        services.add_members(fair, [contact.pk])


# Fields --------------------------------------------------------------------------------------------------------------


def test_a_field_has_its_label_and_key_to_itself(acme, globex):
    services.create_custom_field(acme, label="Plan", key="plan")
    services.create_custom_field(globex, label="Plan", key="plan")

    for given in (
        {"label": "PLAN"},
        {"label": "Other", "key": "plan"},
        {"label": "City"},
        {"label": "X", "key": "city"},
    ):
        with pytest.raises(Conflict) as refused:
            services.create_custom_field(acme, **given)
        assert refused.value.code == "field_exists"


@pytest.mark.parametrize("key", ["Plan", "a b", "-", "x" * 64, "custom:plan"])
def test_a_key_that_no_field_can_have_is_refused(acme, key):
    with pytest.raises(Invalid):
        services.create_custom_field(acme, label="Plan", key=key)


def test_the_type_stays_while_contacts_have_values(acme, fields):
    with tenant_scope(acme):
        plan = CustomField.objects.get(key="plan")
    services.update_custom_field(plan, kind=FieldType.NUMBER)
    services.update_custom_field(plan, kind=FieldType.TEXT, label="Tariff")
    services.create_contact(acme, {"email": "a@example.com", "custom:plan": "Pro"})

    with pytest.raises(Conflict) as refused:
        services.update_custom_field(plan, kind=FieldType.NUMBER)

    assert refused.value.code == "field_in_use"
    services.update_custom_field(plan, label="Plan", kind=FieldType.TEXT)


def test_values_of_a_deleted_field_stay_until_they_are_cleared(acme, fields):
    contact = services.create_contact(acme, {"email": "a@example.com", "custom:plan": "Pro", "custom:active": "yes"})
    with tenant_scope(acme):
        plan = CustomField.objects.get(key="plan")

    services.delete_custom_field(plan)

    assert contacts_of(acme)[0].attributes == {"plan": "Pro", "active": True}
    assert services.update_contact(contact, {"plan": ""}).attributes == {"active": True}
