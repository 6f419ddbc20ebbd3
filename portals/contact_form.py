"""The form of a contact: a control for each of the tenant's fields, filled with what is stored, as people write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from contacts.fields import CORE, CUSTOM_PREFIX, FULL_NAME, IRISX_ID, Field, FieldType
from contacts.models import Contact, ContactList
from imports.engine.normalize.country import country_names
from irisx.accounts.models import Tenant
from portals.forms import Styled
from portals.provenance import shown

_NEVER = {FULL_NAME.key, IRISX_ID.key}
_CORE = {field.key for field in CORE}
_HELP = {FieldType.TAGS: "With commas between them.", FieldType.URL: "As https://example.com."}


class ContactForm(Styled):
    """Everything that is known of a contact, and the lists that it is on."""

    lists = forms.MultipleChoiceField(
        label="Lists", required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    )
    allow_duplicate = forms.BooleanField(label="Save it all the same", required=False)
    # When the contact was changed last, as the form saw it; what came in meanwhile is not to be overwritten.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, tenant: Tenant, fields: Mapping[str, Field], contact: Contact | None = None, **kwargs: Any
    ) -> None:
        self.contact = contact
        self._texts = {key: field for key, field in fields.items() if key not in _NEVER}
        stored = self._stored()
        super().__init__(*args, initial=stored, **kwargs)
        for key, field in self._texts.items():
            self.fields[key] = _control(field, stored.get(key, ""))
            widget = self.fields[key].widget
            widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"
        lists = ContactList.objects.for_tenant(tenant).order_by("name").values_list("pk", "name")
        cast("forms.MultipleChoiceField", self.fields["lists"]).choices = [(str(pk), name) for pk, name in lists]

    def _stored(self) -> dict[str, Any]:
        if self.contact is None:
            return {}
        values = {key: shown(self.contact.value(key)) for key in self._texts}
        on_lists = [str(pk) for pk in self.contact.memberships.values_list("contact_list_id", flat=True)]
        return {**values, "lists": on_lists, "seen": self.contact.updated_at.isoformat()}

    @property
    def everybodys(self) -> list[BoundField]:
        return [self[key] for key in self._texts if key in _CORE]

    @property
    def attributes(self) -> list[BoundField]:
        return [self[key] for key in self._texts if key not in _CORE and not key.startswith(CUSTOM_PREFIX)]

    @property
    def own(self) -> list[BoundField]:
        """The tenant's own fields."""
        return [self[key] for key in self._texts if key.startswith(CUSTOM_PREFIX)]

    @property
    def has_more(self) -> bool:
        """Whether an attribute is filled or wrong, so that they are not to be folded away."""
        return any(field.value() or field.errors for field in self.attributes)

    @property
    def is_stale(self) -> bool:
        """Whether the contact was changed since the form was filled."""
        seen = self.cleaned_data.get("seen")
        return bool(self.contact and seen and seen != self.contact.updated_at.isoformat())

    def ask_again(self) -> None:
        """Refuse the form because the contact was changed meanwhile; sent once more, it is taken."""
        self.add_error(None, "Somebody or an import changed this contact meanwhile. Compare, then save again.")
        # A form shows what was sent; this one value has to be another.
        data = cast("QueryDict", self.data).copy()
        data["seen"] = self.initial["seen"]
        self.data = data

    @property
    def texts(self) -> dict[str, str]:
        """What the form says otherwise than what is stored: field key → text."""
        # Browsers send line breaks as two characters.
        given = {key: self.cleaned_data[key].replace("\r\n", "\n") for key in self._texts}
        return {key: text for key, text in given.items() if text != self.initial.get(key, "")}

    @property
    def list_ids(self) -> list[UUID]:
        return [UUID(pk) for pk in self.cleaned_data["lists"]]


def _control(field: Field, stored: str) -> forms.Field:
    """Return the control for a field in which this is stored. What may stand in it, the service decides."""
    if field.type is FieldType.COUNTRY:
        names = sorted(country_names().items(), key=lambda country: country[1])
        return forms.ChoiceField(label=field.label, required=False, choices=[("", "–"), *names])
    if field.type is FieldType.BOOLEAN:
        return forms.ChoiceField(label=field.label, required=False, choices=[("", "–"), ("yes", "Yes"), ("no", "No")])
    widgets: dict[FieldType, forms.Widget] = {
        FieldType.EMAIL: forms.EmailInput(attrs={"autocomplete": "off"}),
        FieldType.PHONE: forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        FieldType.DATE: forms.DateInput(attrs={"type": "date"}),
        FieldType.NUMBER: forms.TextInput(attrs={"inputmode": "decimal"}),
        FieldType.URL: forms.TextInput(attrs={"inputmode": "url"}),
    }
    widget = widgets.get(field.type, forms.TextInput())
    # In a control of one line, a browser would take the line breaks out of what is stored.
    if field.key == "notes" or "\n" in stored:
        widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=field.label, required=False, widget=widget, help_text=_HELP.get(field.type, ""))
