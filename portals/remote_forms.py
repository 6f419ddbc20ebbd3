"""Forms of the ways in that read from another service: a Google Sheet, an Airtable table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django import forms

from imports.connectors.airtable.addresses import parse_address as parse_table_address
from imports.connectors.google.addresses import parse_address as parse_sheet_address
from imports.connectors.google.addresses import parse_range
from imports.connectors.interface import Connector, Document, RemoteSource, RemoteUnavailable
from imports.engine.errors import SourceRejected
from irisx.refusals import Invalid, Refusal
from portals.forms import OptionsForm, Styled


class RemoteForm(OptionsForm):
    """What is to be read, and how it is to be imported.

    Names that the service tells are chosen from, once look() has asked for them; before that what was chosen is taken.
    """

    connector = ""  # by its key
    at = ""  # the field that says what is wrong with what was named
    of_service: tuple[str, ...] = ("table",)  # the fields whose choices the service tells
    table = forms.ChoiceField(label="Tab", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.of_service:
            chosen = str(self.data.get(name, "")) if self.is_bound else ""
            self.offer(name, [(chosen, chosen)] if chosen else [])

    def offer(self, field: str, choices: list[tuple[str, str]]) -> None:
        """Let one of these be chosen, or none."""
        cast("forms.ChoiceField", self.fields[field]).choices = [("", self.none_of(field)), *choices]

    def none_of(self, field: str) -> str:
        """Return what it says where nothing is chosen of a field of the service's."""
        return "The one in the address"

    def look(self, connector: Connector, access: Any) -> Document | None:
        """Ask the service what can be chosen; return the document that was named, if one was. Raises Refusal."""
        found = connector.document(access, self.source_of_address().document)
        self.offer("table", [(table.key, table.name) for table in found.tables])
        return found

    @property
    def has_choices(self) -> bool:
        """Whether something was chosen of what the service had told, so that it has to be told again."""
        return bool(self.given("table"))

    def given(self, field: str) -> str:
        """Return what was entered, also into a field that was refused since."""
        return str(self.data.get(field, "")).strip()

    def source(self) -> RemoteSource:
        """Return what the form names. Raises Invalid at its field."""
        raise NotImplementedError

    def source_of_address(self) -> RemoteSource:
        """Return what the address alone names. Raises Invalid."""
        raise NotImplementedError


class SheetForm(RemoteForm):
    """A Google Sheet."""

    connector, at = "google_sheets", "sheet_url"
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
        return RemoteSource(self.connector, found.document, found.gid)


class AirtableForm(RemoteForm):
    """A table of Airtable: chosen from lists, or named by its address."""

    connector, at = "airtable", "table_url"
    of_service = ("base", "table")
    base = forms.ChoiceField(label="Base", required=False)
    table_url = forms.CharField(
        label="Address of the table or view",
        max_length=2_000,
        required=False,
        help_text="Copy it from the browser. With a view in it, the view’s records are read.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://airtable.com/app…/tbl…/viw…"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["table"].label = "Table"
        self.knows_bases = False

    @property
    def is_of_address(self) -> bool:
        """Whether an address was entered: it counts, whatever is chosen."""
        return bool(self.given("table_url"))

    @property
    def has_choices(self) -> bool:
        return True

    def none_of(self, field: str) -> str:
        return "Choose a base" if field == "base" else "Choose a table"

    def look(self, connector: Connector, access: Any) -> Document | None:
        bases = connector.documents(access)
        self.offer("base", [(base.key, base.name) for base in bases])
        self.knows_bases = True
        return super().look(connector, access) if self.given("base") or self.is_of_address else None

    def source(self) -> RemoteSource:
        addressed, chosen = self.source_of_address(), self.cleaned_data["table"]
        if not (chosen or addressed.table):
            raise Invalid("table_not_found", "Choose a table.", field="table")
        if chosen in ("", addressed.table):
            return addressed
        # The view is one of the other table.
        return replace(addressed, table=chosen, area="")

    def source_of_address(self) -> RemoteSource:
        if self.is_of_address:
            found = parse_table_address(self.given("table_url"))
            return RemoteSource(self.connector, found.base, found.table, found.view)
        if base := self.given("base"):
            return RemoteSource(self.connector, base)
        raise Invalid("table_not_found", "Choose a base, or enter the address of a table.", field="base")

    def refuse(self, refusal: Refusal | SourceRejected, *, at: str | None = None) -> None:
        field = refusal.details.get("field", at)
        if isinstance(refusal, RemoteUnavailable):
            field = None  # nothing that was entered is wrong
        elif field == "table_url" and not self.is_of_address:
            field = "base"  # connectors name the field of the address, which is out of sight
        self.add_error(field if field in self.fields else None, refusal.message)


class TokenForm(Styled):
    """A personal access token of Airtable."""

    token = forms.CharField(
        label="Personal access token",
        max_length=300,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter a personal access token."},
    )
