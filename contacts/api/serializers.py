"""Shapes of what the API of contacts, lists, fields and exports takes and gives. Rules are in services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contacts import services
from contacts.exports import Format, Selection
from contacts.fields import CORE, CUSTOM_TYPES, FULL_NAME, Field, FieldType
from contacts.json_values import text_of
from contacts.models import Contact, ContactList, CustomField, ExportJob
from irisx.api_requests import PageShape, Shape
from irisx.refusals import Invalid

MEMBERS_AT_ONCE = 10_000


class CommaSeparated(serializers.ListField):
    """A list that in a query may be repeated or have commas between."""

    def get_value(self, dictionary: Mapping[str, Any]) -> Any:
        given = super().get_value(dictionary)
        if not hasattr(dictionary, "getlist") or not isinstance(given, list):
            return given
        return [word.strip() for text in given for word in text.split(",") if word.strip()]


@extend_schema_field(OpenApiTypes.ANY)
class AnyValue(serializers.Field[Any, Any, Any, Any]):
    """A value as it is stored: text, true, false, or a list of texts."""

    def to_representation(self, value: Any) -> Any:
        return value


# Contacts ------------------------------------------------------------------------------------------------------------


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """A contact. Its memberships are to be prefetched."""

    attributes = serializers.DictField(child=AnyValue(), read_only=True)
    lists = serializers.SerializerMethodField()
    import_id = serializers.UUIDField(source="import_job_id", allow_null=True, read_only=True)

    class Meta:
        model = Contact
        fields = (
            "id",
            "first_name",
            "last_name",
            "email",
            "phone",
            "company",
            "title",
            "attributes",
            "lists",
            "import_id",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_lists(self, contact: Contact) -> list[str]:
        return sorted(str(member.contact_list_id) for member in contact.memberships.all())


class ContactPageShape(serializers.Serializer[Any]):
    results = ContactSerializer(many=True)
    page = serializers.IntegerField(allow_null=True, help_text="null where a cursor was sent.")
    limit = serializers.IntegerField()
    total = serializers.IntegerField(help_text="At most 10,000.")
    total_is_exact = serializers.BooleanField(help_text="false: there are more than `total`.")
    next_cursor = serializers.CharField(allow_null=True, help_text="null: these are the last.")


class ContactsShape(PageShape):
    search = serializers.CharField(default="", allow_blank=True, max_length=200)
    list_id = serializers.UUIDField(required=False, default=None)
    cursor = serializers.CharField(required=False, default=None, allow_blank=True, max_length=36)


@extend_schema_field(OpenApiTypes.ANY)
class AttributeField(serializers.Field[Any, Any, Any, Any]):
    """The value of an attribute: text, number, true, false, or null for none; of tags also a list."""

    def to_internal_value(self, given: Any) -> str | list[str]:
        if isinstance(given, list):
            return [_text(one) for one in given]
        return _text(given)


def _text(given: Any) -> str:
    text = text_of(given)
    if text is not None:
        return text
    raise serializers.ValidationError("Expected is text, a number, true, false, or null.")


class _Text(serializers.CharField):
    def __init__(self) -> None:
        super().__init__(
            required=False,
            allow_blank=True,
            allow_null=True,
            trim_whitespace=False,
            max_length=settings.MAX_CELL_CHARACTERS,
        )


class ContactShape(Shape):
    """What is to be stored of a contact. What is not named stays as it is; null and "" clear."""

    first_name = _Text()
    last_name = _Text()
    full_name = _Text()
    email = _Text()
    phone = _Text()
    company = _Text()
    title = _Text()
    attributes = serializers.DictField(child=AttributeField(allow_null=True), required=False)
    lists = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=1_000)
    allow_duplicate = serializers.BooleanField(required=False, default=False)

    # So that a contact can be sent back as it came.
    NOT_WRITTEN = frozenset({"id", "import_id", "created_at", "updated_at"})

    def to_internal_value(self, data: Any) -> Any:
        """Return the values in their types. Keys that are none of a contact's are refused, not passed over."""
        values = super().to_internal_value(data)
        for key in data:
            if key not in self.fields and key not in self.NOT_WRITTEN:
                raise Invalid(
                    "unknown_field",
                    f"A contact has no “{key[:100]}”. Fields beside name, e-mail, phone, company and title belong in "
                    "“attributes”.",
                    field=key[:100],
                )
        return values


def texts_of(given: Mapping[str, Any], known: Mapping[str, Field]) -> dict[str, str]:
    """Return what a ContactShape named, as field key → text. `known` are the tenant's fields."""
    texts = {key: given[key] or "" for key in (*(field.key for field in CORE), FULL_NAME.key) if key in given}
    keys = {name: key for key, field in known.items() if not field.is_column for name in (key, field.attribute)}
    for name, value in given.get("attributes", {}).items():
        key = keys.get(name, name)
        if name in known and name not in keys:  # "email" is no attribute
            raise services.unknown_field(name)
        if isinstance(value, list):
            if key not in known or known[key].type is not FieldType.TAGS:
                raise Invalid("invalid_value", f"“{name}” has one value; send no list.", field=name)
            value = ", ".join(value)
        texts[key] = value or ""
    return texts


# Lists and fields ----------------------------------------------------------------------------------------------------


class ListSerializer(serializers.ModelSerializer[ContactList]):
    """A contact list, with the count that ContactListQuerySet.counted() adds."""

    contact_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = ContactList
        fields = ("id", "name", "contact_count", "created_at")
        read_only_fields = fields


class ListShape(Shape):
    name = serializers.CharField(max_length=200)


class MembersShape(Shape):
    contact_ids = CommaSeparated(child=serializers.UUIDField(), min_length=1, max_length=MEMBERS_AT_ONCE)


class FieldSerializer(serializers.ModelSerializer[CustomField]):
    class Meta:
        model = CustomField
        fields = ("key", "label", "type")
        read_only_fields = fields


class FieldShape(Shape):
    label = serializers.CharField(max_length=200)  # type: ignore[assignment]  # DRF takes it off the class
    type = serializers.ChoiceField([kind.value for kind in CUSTOM_TYPES], default=FieldType.TEXT.value)
    key = serializers.CharField(required=False, default="", max_length=63, help_text="By default made of the label.")


class FieldChangeShape(Shape):
    label = serializers.CharField(max_length=200, required=False)  # type: ignore[assignment]
    type = serializers.ChoiceField([kind.value for kind in CUSTOM_TYPES], required=False)


# Exports -------------------------------------------------------------------------------------------------------------


class ExportShape(Shape):
    format = serializers.ChoiceField([form.value for form in Format], default=Format.CSV.value)
    list_id = serializers.UUIDField(required=False, default=None, allow_null=True)
    limit = serializers.IntegerField(
        required=False,
        default=None,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The oldest so many; by default all.",
    )
    fields = CommaSeparated(  # type: ignore[assignment]
        child=serializers.CharField(max_length=100),
        required=False,
        default=[],
        max_length=1_000,
        help_text="Keys of fields, `irisx_id` among them; by default all.",
    )

    @classmethod
    def selection(cls, given: Any) -> Selection:
        read = cls.read(given)
        return Selection(Format(read["format"]), read["list_id"], read["limit"], tuple(read["fields"]))


class ContactsFileShape(serializers.Serializer[Any]):
    """Contacts as JSON: keys of fields with values, as POST /v1/imports/bulk takes them."""

    contacts = serializers.ListField(child=serializers.DictField(child=AnyValue()))


class ExportSerializer(serializers.ModelSerializer[ExportJob]):
    expires_at = serializers.DateTimeField(read_only=True)
    error_details = AnyValue(read_only=True, allow_null=True)

    class Meta:
        model = ExportJob
        fields = (
            "id",
            "status",
            "format",
            "list_id",
            "limit",
            "fields",
            "contact_count",
            "size_bytes",
            "error_details",
            "created_at",
            "completed_at",
            "expires_at",
        )
        read_only_fields = fields
