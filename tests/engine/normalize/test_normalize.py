"""What holds for every kind of value."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.fields import BY_KEY, CUSTOM_TYPES, WELL_KNOWN, custom_field
from imports.engine.errors import InvalidValue
from imports.engine.normalize import as_text, normalize

FIELDS = [*WELL_KNOWN, *(custom_field(kind.value, kind.value, kind) for kind in CUSTOM_TYPES)]

cells = st.one_of(
    st.text(),
    st.text(st.characters(exclude_categories=())),  # lone surrogates too
    st.text("0123456789+-()., /:@aeE'x%$€\u00a0\u200b\ud800\x00٣５éİß", max_size=25),
    st.from_regex(r"\A\+?[0-9 ()-]{5,18}\Z"),
    st.emails(),
    st.dates().map(str),
    st.lists(st.sampled_from("14 3 1986 86 March mars de . / - , 0 12".split()), max_size=6).map(" ".join),
)


@given(
    st.sampled_from(FIELDS),
    cells,
    st.sampled_from(["", "US", "DE", "IT", "BR", "AR", "MX", "RU", "CN"]),
    st.sampled_from([None, "dmy", "mdy", "ymd"]),
)
@settings(max_examples=400, deadline=None)
def test_a_value_is_stable_and_storable_or_refused_with_a_sentence(field, text, country, date_order):
    try:
        value = normalize(field, text, country=country, date_order=date_order)
    except InvalidValue as error:
        refused = error
    else:
        refused = None

    if refused:
        assert refused.code
        assert refused.message.encode()
        return
    stored = as_text(value)
    again = normalize(field, stored, country=country, date_order=date_order)
    assert (again, type(again)) == (value, type(value))
    assert "\x00" not in stored
    assert stored == stored.encode().decode()  # no lone surrogates
    assert len(stored) <= (field.max_length or 1000)
    if not isinstance(value, UUID):
        assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_a_blank_cell_is_blank_in_every_field(field):
    assert normalize(field, "") == ""
    assert normalize(field, " \t\u00a0") == ""


def test_company_and_title_are_one_line_and_notes_keep_theirs():
    assert normalize(BY_KEY["company"], "Cobalt &\n Finch") == "Cobalt & Finch"
    assert normalize(BY_KEY["notes"], "First\r\nSecond") == "First\nSecond"


@pytest.mark.parametrize("key", ["first_name", "company", "city", "website", "tags"])
def test_too_long_a_text_is_refused(key):
    with pytest.raises(InvalidValue) as refused:
        normalize(BY_KEY[key], "example.com/" + "a" * 2100)

    assert refused.value.code == "too_long"


def test_an_irisx_id_is_an_id_or_refused():
    contact_id = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    assert normalize(BY_KEY["irisx_id"], f" {contact_id} ") == contact_id
    with pytest.raises(InvalidValue, match="Leave IDs as they were exported"):
        normalize(BY_KEY["irisx_id"], "42")
