"""Forms that both portals use. Shape and words: rules stay in services, which may refuse what a form let through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import phonenumbers
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.files.uploadedfile import UploadedFile

from contacts.fields import CUSTOM_TYPES, FieldType
from contacts.models import ContactList
from imports import job_options
from imports.ai import mapping as ai_mapping
from imports.engine.errors import SourceRejected
from imports.engine.normalize.country import country_names
from imports.engine.readers import ReadingOptions
from imports.models import ImportJob
from imports.options import ImportOptions
from irisx.accounts.models import Tenant
from irisx.refusals import Refusal
from portals import wording

FILE_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".vcf", ".zip")
"""What the browser's file dialog offers. What a file is, its content decides."""

_CUSTOM_TYPES = {
    FieldType.TEXT: "Text",
    FieldType.NUMBER: "Number",
    FieldType.DATE: "Date",
    FieldType.BOOLEAN: "Yes or no",
    FieldType.URL: "Web address",
}
# Those that reading can find, by the names that it gives them.
_ENCODINGS = {
    "": "Found out",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16, low byte first",
    "utf-16-be": "UTF-16, high byte first",
    "cp1252": "Western (Windows-1252)",
    "mac-roman": "Western (Mac Roman)",
    "cp850": "Western (DOS, 850)",
    "cp1250": "Central European (Windows-1250)",
    "iso8859-2": "Central European (ISO 8859-2)",
    "cp852": "Central European (DOS, 852)",
    "cp1257": "Baltic (Windows-1257)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8-r": "Cyrillic (KOI8-R)",
    "cp866": "Cyrillic (DOS, 866)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp874": "Thai (Windows-874)",
    "cp1258": "Vietnamese (Windows-1258)",
    "cp932": "Japanese (Shift JIS)",
    "euc-jp": "Japanese (EUC-JP)",
    "gb18030": "Chinese, simplified (GB 18030)",
    "big5": "Chinese, traditional (Big5)",
    "cp949": "Korean (EUC-KR)",
}
DELIMITERS = {
    "": "Found out",
    ",": "Comma",
    ";": "Semicolon",
    "\t": "Tab",
    "|": "Bar",
    "^": "Caret",
    "~": "Tilde",
    ":": "Colon",
}


class Styled(forms.Form):
    """A form whose controls carry our classes. Django ties them to their errors and help (_field.html has the ids)."""

    use_required_attribute = False  # our sentences, not the browser's

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "form-select")
            elif not isinstance(widget, forms.HiddenInput | forms.CheckboxInput):
                widget.attrs.setdefault("class", "form-control")

    def refuse(self, refusal: Refusal | SourceRejected, *, at: str | None = None) -> None:
        """Show a service's refusal at the field it names, else at `at`, else above the form."""
        field = refusal.details.get("field", at)
        self.add_error(field if field in self.fields else at, refusal.message)


class SignInForm(AuthenticationForm):
    """E-mail and password."""

    error_messages = {
        "invalid_login": "E-mail and password do not go together. Try again.",
        "inactive": "This account is closed. Ask the person who opened it.",
    }
    username = forms.CharField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "username", "autofocus": True}),
        error_messages={"required": "Enter your e-mail address."},
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "current-password"}),
        error_messages={"required": "Enter your password."},
    )

    def clean(self) -> dict[str, Any]:
        # Addresses are stored in lower case, so that people sign in as they type.
        self.cleaned_data["username"] = self.cleaned_data.get("username", "").strip().lower()
        return super().clean()

    def get_invalid_login_error(self) -> forms.ValidationError:
        # Of the two, the password is the one to type again.
        self.fields["password"].widget.attrs |= {"aria-invalid": "true", "aria-describedby": "id_password_error"}
        return super().get_invalid_login_error()


class OptionsForm(Styled):
    """The import options that people choose."""

    duplicate_strategy = forms.ChoiceField(label="If the contact exists", choices=list(wording.STRATEGIES.items()))
    duplicate_match_fields = forms.ChoiceField(label="It is the same if", choices=list(wording.MATCH_FIELDS.items()))
    list_id = forms.ChoiceField(label="Add to list", required=False)
    new_list = forms.CharField(label="Or to a new list, called", max_length=200, required=False)
    default_country = forms.ChoiceField(label="Phones without +", required=False)
    # Only where a model is set up. It is told headers and the shapes of values.
    use_ai_mapping = forms.BooleanField(
        label="Ask the AI model about columns that our rules are unsure of",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ai_mapping.is_configured():
            del self.fields["use_ai_mapping"]
        lists = ContactList.objects.filter(tenant=tenant).order_by("name").values_list("pk", "name")
        choices: dict[str, list[tuple[str, str]]] = {
            "list_id": [("", "No list"), *((str(pk), name) for pk, name in lists)],
            "default_country": country_choices(tenant),
        }
        for name, options in choices.items():
            cast("forms.ChoiceField", self.fields[name]).choices = options

    @staticmethod
    def initial_of(options: ImportOptions) -> dict[str, str]:
        """Return the form's values for given options."""
        return {
            "duplicate_strategy": str(options.duplicate_strategy),
            "duplicate_match_fields": ",".join(options.duplicate_match_fields),
            "list_id": str(options.list_id or ""),
            "default_country": options.default_country,
            "use_ai_mapping": "on" if options.use_ai_mapping else "",
        }

    def clean_new_list(self) -> str:
        name: str = self.cleaned_data["new_list"]
        if name and self.cleaned_data.get("list_id"):
            raise forms.ValidationError("Choose a list or name a new one, not both.")
        return name

    def options(self, *, over: ImportOptions | None = None) -> ImportOptions:
        """Return the options chosen; what the form does not ask stays as in `over`.

        Not with a new list: portals.new_list makes it.
        """
        names = ("duplicate_strategy", "duplicate_match_fields", "list_id", "default_country", "use_ai_mapping")
        return ImportOptions.parse({name: self.cleaned_data.get(name) for name in names}, over=over)


class UploadForm(OptionsForm):
    """A file, and how it is to be imported."""

    file = forms.FileField(
        label="File",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ",".join(FILE_ENDINGS), "id": "file"}),
        error_messages={
            "required": "Select a file.",
            "missing": "Select a file.",
            "empty": "The selected file is empty.",
            "invalid": "The selected file could not be uploaded. Try again.",
        },
    )

    # What the page says before anything is chosen, and what upload.js checks at once; the server checks it all again.
    endings = " ".join(FILE_ENDINGS)
    kinds = "CSV, TSV, XLSX, XLS, ODS, vCard"
    most_rows = settings.MAX_ROWS
    largest_bytes = settings.UPLOAD_MAX_BYTES
    largest = wording.size(settings.UPLOAD_MAX_BYTES)
    sentences = {
        "none": "Select a file.",
        "empty": "The selected file is empty.",
        "kind": "The selected file must be a CSV, TSV or Excel file, or a vCard.",
        "large": f"The selected file must be smaller than {largest}.",
        "lost": "The selected file could not be uploaded. Try again.",
    }

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            largest, found = wording.size(settings.UPLOAD_MAX_BYTES), wording.size(file.size or 0)
            raise forms.ValidationError(
                f"The selected file must be smaller than {largest}. Yours has {found}; split it, or save it as CSV."
            )
        return file


class ReviewForm(OptionsForm):
    """What is decided last: how to treat contacts that exist, and whether to keep the mapping."""

    save_mapping_as = forms.CharField(label="Save this mapping as", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # They decide what the preview shows, so they belong to the steps before it.
        for name in ("default_country", "use_ai_mapping"):
            self.fields.pop(name, None)


class ReadingForm(Styled):
    """How a file is read. Only what its type has."""

    sheet = forms.ChoiceField(label="Sheet", required=False)
    encoding = forms.ChoiceField(label="Encoding", choices=list(_ENCODINGS.items()), required=False)
    delimiter = forms.ChoiceField(label="Delimiter", choices=list(DELIMITERS.items()), required=False)
    range = forms.CharField(label="Range, if not all of it", max_length=200, required=False)
    header_row = forms.IntegerField(
        label="Header row, 0 for none",
        min_value=0,
        max_value=settings.MAX_ROWS,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": "Enter the number of the row with the column names, or 0 if there is none."},
    )

    def __init__(self, *args: Any, job: ImportJob, **kwargs: Any) -> None:
        info: Mapping[str, Any] = job.file_info
        found = {name: info.get(name) for name in ("sheet", "encoding", "delimiter", "range", "header_row")}
        super().__init__(*args, initial=found, auto_id="read_%s", **kwargs)
        self._choose("sheet", [(name, name) for name in info.get("sheets") or filter(None, [info.get("sheet")])])
        self._choose("encoding", _with_found(_ENCODINGS, info.get("encoding")))
        self._choose("delimiter", _with_found(DELIMITERS, info.get("delimiter")))
        # A workbook has no delimiter, a web page no sheet; pasted text has no bytes to be decoded.
        for name in ("sheet", "encoding", "delimiter"):
            if not info.get(name) or (name == "encoding" and job.source_type == ImportJob.SourceType.PASTED):
                del self.fields[name]
        if info.get("type") in ("vcard", "airtable"):
            del self.fields["header_row"]
        if info.get("type") != "google_sheets":
            del self.fields["range"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def reading_options(self) -> ReadingOptions:
        given = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        return ReadingOptions.from_json(given)


class CustomFieldForm(Styled):
    """A field of the tenant's own."""

    label = forms.CharField(
        label="Name",
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": "Give the field a name."},
    )
    type = forms.ChoiceField(
        label="Holds", choices=[(kind.value, _CUSTOM_TYPES[kind]) for kind in CUSTOM_TYPES], required=False
    )


def country_choices(tenant: Tenant) -> list[tuple[str, str]]:
    """Return the countries that phone numbers can be of, with calling codes; the tenant's own as "" if it has one."""
    named = [(code, _with_calling_code(code)) for code in country_names() if code in phonenumbers.SUPPORTED_REGIONS]
    own = _with_calling_code(tenant.default_country) if tenant.default_country else "Not known"
    return [("", own), *(choice for choice in named if choice[0] != tenant.default_country)]


def _with_calling_code(code: str) -> str:
    return f"{country_names().get(code, code)} (+{phonenumbers.country_code_for_region(code)})"


def _with_found(choices: Mapping[str, str], found: str | None) -> list[tuple[str, str]]:
    """Return the choices, and what was found among them, whatever it is."""
    return list({**choices, **({found: choices.get(found, found)} if found else {})}.items())


def initial_options(job: ImportJob) -> dict[str, str]:
    """Return the values of an options form for a job."""
    return OptionsForm.initial_of(job_options.options_of(job))
