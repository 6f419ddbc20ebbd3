"""Forms about recurring imports: when, what is read, and how it is imported."""

from __future__ import annotations

from datetime import time
from typing import Any, cast

from django import forms
from django.conf import settings

from imports import saved_mappings
from imports.connectors.google.addresses import parse_address, parse_range
from imports.connectors.interface import RemoteSource
from imports.models import SavedFieldMapping
from imports.schedules import schedules, times
from imports.schedules.models import ImportSchedule
from imports.schedules.times import WEEKDAYS, Frequency, Timing
from irisx.accounts.models import Tenant
from irisx.refusals import Invalid
from portals.forms import OptionsForm, Styled

_FREQUENCIES = [
    (Frequency.HOURLY, "Every hour"),
    (Frequency.DAILY, "Every day"),
    (Frequency.WEEKLY, "Every week"),
    (Frequency.CRON, "By a cron expression"),
]


class TimingForm(Styled):
    """When an import comes again, and what it is called. portal.css shows the fields of the chosen frequency."""

    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "Give it a name."})
    frequency = forms.ChoiceField(label="How often", choices=_FREQUENCIES, initial=Frequency.DAILY)
    minute = forms.IntegerField(
        label="Minutes past the hour",
        min_value=0,
        max_value=59,
        required=False,
        initial=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    weekday = forms.ChoiceField(label="Day", choices=[(day, day.capitalize()) for day in WEEKDAYS], required=False)
    time = forms.TimeField(
        label="Time",
        input_formats=["%H:%M"],
        required=False,
        initial="06:00",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Enter a time such as 06:30."},
    )
    cron = forms.CharField(
        label="Cron expression",
        max_length=100,
        required=False,
        help_text="Minute, hour, day, month, weekday: 30 6 * * 1-5 is half past six on working days.",
        widget=forms.TextInput(attrs={"class": "form-control raw", "autocomplete": "off", "spellcheck": "false"}),
    )

    def timing(self) -> Timing:
        """Return the timing that was chosen. Raises Invalid for a cron expression that cannot be."""
        chosen = self.cleaned_data
        at = chosen.get("time") or time(6)
        match chosen["frequency"]:
            case Frequency.HOURLY:
                return Timing.hourly(minute=chosen.get("minute") or 0)
            case Frequency.DAILY:
                return Timing.daily(at=at)
            case Frequency.WEEKLY:
                return Timing.weekly(weekday=chosen.get("weekday") or WEEKDAYS[0], at=at)
        return Timing.by_cron(chosen.get("cron", ""))


def _timing_of(schedule: ImportSchedule) -> dict[str, Any]:
    """Return name and timing of a schedule, as TimingForm has them."""
    return {"name": schedule.name, **{key: value for key, value in times.as_json(schedule.timing).items() if value}}


class ScheduleForm(TimingForm, OptionsForm):
    """A recurring import that there is: its time, its columns, its options."""

    mapping_id = forms.ChoiceField(label="Columns are mapped as", required=False)

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, tenant=tenant, **kwargs)
        # A list is made with an import, so that none is left over that nobody is in.
        del self.fields["new_list"]
        self._saved = {str(saved.pk): saved for saved in saved_mappings.of_tenant(tenant)}
        choices = [(key, f"“{saved.name}”") for key, saved in self._saved.items()]
        cast("forms.ChoiceField", self.fields["mapping_id"]).choices = [("", self.no_mapping), *choices]

    no_mapping = "They were last time"

    @staticmethod
    def values_of(schedule: ImportSchedule) -> dict[str, Any]:
        """Return the form's values for a schedule."""
        return {
            **_timing_of(schedule),
            **OptionsForm.initial_of(schedules.options_of(schedule)),
            "mapping_id": str(schedule.saved_mapping_id or ""),
        }

    def saved_mapping(self) -> SavedFieldMapping | None:
        return self._saved.get(self.cleaned_data["mapping_id"])


class NewScheduleForm(ScheduleForm):
    """A recurring import of a sheet that nobody has imported yet."""

    no_mapping = "Choose a saved mapping"

    sheet_url = forms.CharField(
        label="Address of the Google Sheet",
        max_length=2_000,
        help_text="As the browser shows it, with the tab open that is to be read.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        error_messages={"required": "Enter the address of the sheet."},
    )
    range = forms.CharField(
        label="Range", max_length=200, required=False, help_text="Such as A1:F500; empty for the whole tab."
    )
    header_row = forms.IntegerField(
        label="Row with the column names",
        min_value=0,
        max_value=settings.MAX_ROWS,
        required=False,
        help_text="Empty: found out each time. 0: there is none.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mapping_id"].required = True
        self.fields["mapping_id"].error_messages["required"] = "Choose a saved mapping."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, parse in (("sheet_url", parse_address), ("range", parse_range)):
            try:
                if cleaned.get(name):
                    parse(cleaned[name])
            except Invalid as refusal:
                self.add_error(name, refusal.message)
        return cleaned

    def source(self) -> RemoteSource:
        chosen = self.cleaned_data
        address = parse_address(chosen["sheet_url"])
        return RemoteSource(
            "google_sheets", address.document, address.gid, chosen["range"], header_row=chosen["header_row"]
        )
