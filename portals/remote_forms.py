"""Forms of the ways in that read from another service: a Google Sheet, an Airtable table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django import forms

from imports.connectors.airtable.addresses import parse_address as parse_table_address
from imports.connectors.google.addresses import parse_address as parse_sheet_address
from imports.connectors.google.addresses import parse_range
from imports.connectors.interface import Document, RemoteSource
from portals.forms import OptionsForm, Styled

OF_THE_ADDRESS = "The one in the address"


class RemoteForm(OptionsForm):
    """What is to be read, and how it is to be imported. `address` names the field of the address."""

    address = ""
    table = forms.ChoiceField(label="Tab", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What was found at the address is chosen from; it is not there yet where it was not looked for.
        chosen = str(self.data.get("table", "")) if self.is_bound else ""
        self.offer([(chosen, chosen)] if chosen else [])

    def offer(self, tables: list[tuple[str, str]]) -> None:
        """Let one of these tables be chosen."""
        cast("forms.ChoiceField", self.fields["table"]).choices = [("", OF_THE_ADDRESS), *tables]

    def offer_document(self, document: Document) -> None:
        """Let one of a document's tables be chosen, and say what was found."""
        self.offer([(table.key, table.name) for table in document.tables])

    def source(self) -> RemoteSource:
        """Return what the form names. Raises Invalid at its field."""
        raise NotImplementedError

    def source_of_address(self) -> RemoteSource:
        """Return what the address alone names. Raises Invalid."""
        raise NotImplementedError


class SheetForm(RemoteForm):
    """A Google Sheet."""

    address = "sheet_url"
    sheet_url = forms.CharField(
        label="Address of the sheet",
        max_length=2_000,
        help_text="Copy it from the browser.",
        widget=forms.URLInput(
            attrs={"autocomplete": "off", "placeholder": "https://docs.google.com/spreadsheets/d/…/edit"}
        ),
        error_messages={"required": "Enter the address of a Google Sheet."},
    )
    range = forms.CharField(
        label="Range, if not all of it",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "A1:L2000"}),
    )

    def source(self) -> RemoteSource:
        addressed = self.source_of_address()
        area = self.cleaned_data["range"].strip()
        if area:
            parse_range(area)
        return replace(addressed, table=self.cleaned_data["table"] or addressed.table, area=area)

    def source_of_address(self) -> RemoteSource:
        found = parse_sheet_address(self.cleaned_data["sheet_url"])
        return RemoteSource("google_sheets", found.document, found.gid)


class AirtableForm(RemoteForm):
    """A table of Airtable."""

    address = "table_url"
    table_url = forms.CharField(
        label="Address of the table",
        max_length=2_000,
        help_text="Copy it from the browser. With a view in it, the view’s records are read.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://airtable.com/app…/tbl…/viw…"}),
        error_messages={"required": "Enter the address of an Airtable table."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["table"].label = "Table"

    def source(self) -> RemoteSource:
        addressed, chosen = self.source_of_address(), self.cleaned_data["table"]
        if chosen in ("", addressed.table):
            return addressed
        # The view is one of the other table.
        return replace(addressed, table=chosen, area="")

    def source_of_address(self) -> RemoteSource:
        found = parse_table_address(self.cleaned_data["table_url"])
        return RemoteSource("airtable", found.base, found.table, found.view)


class TokenForm(Styled):
    """A personal access token of Airtable."""

    token = forms.CharField(
        label="Personal access token",
        max_length=300,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter a personal access token."},
    )
