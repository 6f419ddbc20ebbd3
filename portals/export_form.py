"""The form of an export: format, which contacts, which columns in which order. Its buttons work without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple, cast

from django import forms
from django.http import QueryDict

from contacts.exports import Format, Selection
from contacts.exports.columns import columns_of
from irisx.accounts.models import Tenant
from portals.forms import Styled

FORMATS = {
    Format.CSV: "CSV, for every program",
    Format.EXCEL: "Excel",
    Format.JSON: "JSON, as the API takes it",
}
ALL, FOUND = "all", "found"


class Line(NamedTuple):
    """A column that can go out."""

    key: str
    label: str
    is_chosen: bool


class ExportForm(Styled):
    """Format, scope and columns. `scopes`: what the scopes are called, with their numbers; FOUND is the first then."""

    format = forms.ChoiceField(
        label="Format", choices=list(FORMATS.items()), widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )
    scope = forms.ChoiceField(label="Which contacts", widget=forms.RadioSelect(attrs={"class": "form-check-input"}))

    def __init__(self, data: QueryDict | None, *, tenant: Tenant, scopes: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, initial={"format": Format.CSV, "scope": scopes[0][0]})
        cast("forms.ChoiceField", self.fields["scope"]).choices = scopes
        labels = {column.field.key: column.field.label for column in columns_of(tenant)}
        self._usual = list(labels)
        sent = cast("QueryDict", self.data)
        order = [key for key in sent.getlist("order") if key in labels] if data else []
        chosen = set(sent.getlist("fields")) if data else set(labels)
        # What came to the tenant's fields since the form was shown goes last, left out.
        keys = list(dict.fromkeys([*order, *self._usual]))
        self.lines = [Line(key, labels[key], key in chosen) for key in keys]

    def press(self, button: str, value: str) -> None:
        """Do what a button of the columns does: "choose" all or none, move one "up" or "down"."""
        if button == "choose":
            self.lines = [line._replace(is_chosen=value == "all") for line in self.lines]
            return
        place = next((place for place, line in enumerate(self.lines) if line.key == value), 0)
        other = place + (1 if button == "down" else -1)
        if 0 <= other < len(self.lines):
            self.lines[place], self.lines[other] = self.lines[other], self.lines[place]

    def clean(self) -> dict[str, Any]:
        if not any(line.is_chosen for line in self.lines):
            self.add_error(None, "Choose at least one column.")
        return self.cleaned_data

    def selection(self, found: Selection) -> Selection:
        """Return what is to go out. `found` are the contacts of the scope FOUND."""
        keys = tuple(line.key for line in self.lines if line.is_chosen)
        is_usual = list(keys) == self._usual
        return replace(
            found if self.cleaned_data["scope"] == FOUND else Selection(),
            format=Format(self.cleaned_data["format"]),
            fields=() if is_usual else keys,
            keeps_order=not is_usual,
        )
