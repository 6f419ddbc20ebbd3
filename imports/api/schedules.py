"""/v1/imports/schedules: imports that come again."""

from __future__ import annotations

from datetime import time
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from imports import saved_mappings
from imports.api.documented import ImportOptionsShape
from imports.api.serializers import EmptyAsNull, FieldMappingField, TargetField
from imports.connectors.google.addresses import parse_address, parse_range
from imports.connectors.interface import RemoteSource
from imports.engine.schema import DuplicateStrategy, FieldMapping
from imports.idempotency import idempotent
from imports.models import ImportJob, SavedFieldMapping
from imports.options import MATCH_FIELDS, WEBHOOK_EVENTS, ImportOptions
from imports.schedules import from_job, runs, schedules, states, times
from imports.schedules.models import ImportSchedule
from imports.schedules.times import WEEKDAYS, Frequency, Timing
from irisx.accounts.authentication import ApiRequest, in_tenant_scope
from irisx.api import TenantViewSet, offset_of, page_of
from irisx.api_requests import PageShape, Shape
from irisx.api_schema import answer, body, errors, page, page_shape
from irisx.refusals import Invalid

SCHEDULE: dict[str, Any] = {
    "id": "01943c31-4d5e-7f60-9172-8d9e0f1a2b3c",
    "name": "Partner leads",
    "source": {
        "connector": "google_sheets",
        "document": "1aBcD_efGhIjKlMnOpQrStUvWxYz0123456789",
        "table": "0",
        "area": "",
        "raw": False,
        "header_row": None,
    },
    "frequency": "daily",
    "minute": None,
    "time": "06:00",
    "weekday": None,
    "cron": "0 6 * * *",
    "time_zone": "Europe/Berlin",
    "state": "waiting",
    "next_run_at": "2026-11-25T05:00:00Z",
    "paused_at": None,
    "last_import": {
        "id": "01943c2e-9d8c-7b3a-8e1f-0f1e2d3c4b5a",
        "status": "completed",
        "total_rows": 1180,
        "error_details": None,
        "completed_at": "2026-11-24T05:00:07Z",
    },
    "mapping_id": None,
    "field_mapping": {"E-Mail": "email", "Phone": "phone", "Remarks": None},
    "duplicate_strategy": "update",
    "duplicate_match_fields": ["email", "phone"],
    "list_id": None,
    "default_country": None,
    "use_ai_mapping": False,
    "hold_invalid": False,
    "webhook_url": None,
    "webhook_events": ["completed", "failed", "cancelled", "held"],
    "created_at": "2026-11-20T12:00:00Z",
}


# Answers -------------------------------------------------------------------------------------------------------------


class SourceSerializer(serializers.Serializer[Any]):
    connector = serializers.CharField(help_text="`google_sheets`, `airtable`.")
    document = serializers.CharField(help_text="The id of the spreadsheet or base.")
    table = serializers.CharField(help_text="The gid of the tab, the id of the table; “”: the first.")
    area = serializers.CharField(help_text="A range in A1 notation, a view; “”: all of it.")
    raw = serializers.BooleanField(help_text="Values without the format that they are shown in.")
    header_row = serializers.IntegerField(
        allow_null=True, default=None, help_text="The row of the headers; 0: there are none; null: found out each time."
    )


class LastImportSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(ImportJob.Status.choices)
    total_rows = serializers.IntegerField()
    error_details = serializers.JSONField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)


class ScheduleSerializer(serializers.ModelSerializer[ImportSchedule]):
    """A schedule. `last_runs` of the context is schedules.last_runs() of those that are shown."""

    source = SourceSerializer(read_only=True)  # type: ignore[assignment]  # a field, not how one is read
    minute = serializers.SerializerMethodField(help_text="Past the hour, of `hourly`.")
    time = serializers.SerializerMethodField(help_text="By the tenant's clocks, of `daily` and `weekly`.")
    weekday = serializers.SerializerMethodField()
    time_zone = serializers.CharField(source="tenant.time_zone", read_only=True)
    state = serializers.SerializerMethodField()
    last_import = serializers.SerializerMethodField()
    mapping_id = serializers.UUIDField(source="saved_mapping_id", read_only=True, allow_null=True)
    field_mapping = serializers.SerializerMethodField()
    duplicate_strategy = serializers.ChoiceField(
        [str(strategy) for strategy in DuplicateStrategy], source="options.duplicate_strategy", read_only=True
    )
    duplicate_match_fields = serializers.ListField(
        child=serializers.ChoiceField(MATCH_FIELDS), source="options.duplicate_match_fields", read_only=True
    )
    list_id = serializers.UUIDField(source="options.list_id", read_only=True, allow_null=True)
    default_country = EmptyAsNull(source="options.default_country", read_only=True)
    use_ai_mapping = serializers.BooleanField(source="options.use_ai_mapping", read_only=True)
    hold_invalid = serializers.BooleanField(source="options.hold_invalid", read_only=True)
    webhook_url = EmptyAsNull(source="options.webhook_url", read_only=True)
    webhook_events = serializers.ListField(
        child=serializers.ChoiceField(WEBHOOK_EVENTS), source="options.webhook_events", read_only=True
    )

    class Meta:
        model = ImportSchedule
        fields = (
            "id",
            "name",
            "source",
            "frequency",
            "minute",
            "time",
            "weekday",
            "cron",
            "time_zone",
            "state",
            "next_run_at",
            "paused_at",
            "last_import",
            "mapping_id",
            "field_mapping",
            "duplicate_strategy",
            "duplicate_match_fields",
            "list_id",
            "default_country",
            "use_ai_mapping",
            "hold_invalid",
            "webhook_url",
            "webhook_events",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_minute(self, schedule: ImportSchedule) -> int | None:
        minute: int | None = times.as_json(schedule.timing)["minute"]
        return minute

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_time(self, schedule: ImportSchedule) -> str | None:
        at: str | None = times.as_json(schedule.timing)["time"]
        return at

    @extend_schema_field(serializers.ChoiceField(WEEKDAYS, allow_null=True))
    def get_weekday(self, schedule: ImportSchedule) -> str | None:
        return schedule.timing.weekday

    @extend_schema_field(serializers.ChoiceField(states.State.choices))
    def get_state(self, schedule: ImportSchedule) -> str:
        return states.state_of(schedule, self._last_run(schedule))

    @extend_schema_field(LastImportSerializer(allow_null=True))
    def get_last_import(self, schedule: ImportSchedule) -> dict[str, Any] | None:
        job = self._last_run(schedule)
        return dict(LastImportSerializer(job).data) if job else None

    @extend_schema_field(FieldMappingField)
    def get_field_mapping(self, schedule: ImportSchedule) -> dict[str, Any]:
        return runs.mapping_of(schedule).as_json()

    def _last_run(self, schedule: ImportSchedule) -> ImportJob | None:
        runs_of = self.context["last_runs"].get(schedule.pk)
        return runs_of[0] if runs_of else None


# Bodies --------------------------------------------------------------------------------------------------------------


class SourceShape(Shape):
    connector = serializers.CharField(max_length=50)
    document = serializers.CharField(max_length=200)
    table = serializers.CharField(max_length=200, allow_blank=True, default="")
    area = serializers.CharField(max_length=200, allow_blank=True, default="")
    raw = serializers.BooleanField(default=False)
    header_row = serializers.IntegerField(default=None, allow_null=True, min_value=0, max_value=settings.MAX_ROWS)


class ScheduleChangeShape(Shape):
    name = serializers.CharField(max_length=200)
    frequency = serializers.ChoiceField(Frequency.choices)
    minute = serializers.IntegerField(min_value=0, max_value=59, default=0, help_text="Past the hour, of `hourly`.")
    time = serializers.TimeField(
        input_formats=["%H:%M"], default=time(6), help_text="By the tenant's clocks: `06:30`. Of `daily`, `weekly`."
    )
    weekday = serializers.ChoiceField(WEEKDAYS, default="monday", help_text="Of `weekly`.")
    cron = serializers.CharField(
        max_length=100,
        required=False,
        help_text="Five fields, by the tenant's clocks: minute, hour, day, month, weekday.",
    )
    source = SourceShape(required=False)  # type: ignore[assignment]  # a field, not how one is read
    sheet_url = serializers.CharField(max_length=2_000, required=False, help_text="In place of `source`.")
    range = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="A1 notation.")
    raw = serializers.BooleanField(required=False)
    header_row = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=settings.MAX_ROWS)
    mapping_id = serializers.UUIDField(
        required=False, help_text="A saved mapping; its columns count as they are when the import runs."
    )
    field_mapping = serializers.DictField(child=TargetField(allow_null=True), required=False, allow_empty=False)
    paused = serializers.BooleanField(required=False)


class ScheduleShape(ScheduleChangeShape):
    name = serializers.CharField(max_length=200, required=False, help_text="By default that of the import to repeat.")
    import_id = serializers.UUIDField(
        required=False, help_text="An import from a sheet, whose source, mapping and options are taken."
    )


class ScheduleBody(ScheduleShape, ImportOptionsShape):
    external_id = None  # type: ignore[assignment]  # takes the field out


class ScheduleChangeBody(ScheduleChangeShape, ImportOptionsShape):
    external_id = None  # type: ignore[assignment]  # takes the field out


def _timing(given: dict[str, Any]) -> Timing:
    match given["frequency"]:
        case Frequency.HOURLY:
            return Timing.hourly(minute=given.get("minute", 0))
        case Frequency.DAILY:
            return Timing.daily(at=given.get("time", time(6)))
        case Frequency.WEEKLY:
            return Timing.weekly(weekday=given.get("weekday", "monday"), at=given.get("time", time(6)))
    if not given.get("cron"):
        raise Invalid("invalid_cron", "Send the cron expression in “cron”.", field="cron")
    return Timing.by_cron(given["cron"])


def _changed_timing(schedule: ImportSchedule, given: dict[str, Any]) -> Timing | None:
    """Return the timing after a PATCH that names some of its parts; None if it names none."""
    if not given.keys() & {"frequency", "minute", "time", "weekday", "cron"}:
        return None
    now = times.as_json(schedule.timing)
    if now["time"] is not None:
        now["time"] = time.fromisoformat(now["time"])
    return _timing({**{key: value for key, value in now.items() if value is not None}, **given})


def _source(given: dict[str, Any]) -> RemoteSource | None:
    if "sheet_url" in given:
        address = parse_address(given["sheet_url"])
        area = given.get("range", "")
        if area:
            parse_range(area)
        return RemoteSource(
            "google_sheets", address.document, address.gid, area, given.get("raw", False), given.get("header_row")
        )
    if lost := given.keys() & {"range", "raw", "header_row"}:
        name = min(lost)
        raise Invalid(
            "invalid_value", f"{name}: Send it with sheet_url. Of a source, it is a key of its own.", field=name
        )
    return RemoteSource(**given["source"]) if "source" in given else None


class ScheduleViewSet(TenantViewSet):
    lookup_url_kwarg = "schedule_id"
    lookup_value_converter = "uuid"

    @extend_schema(
        operation_id="schedules_list",
        summary="Recurring imports, by name",
        parameters=[PageShape],
        responses={200: page_shape("SchedulePage", ScheduleSerializer)},
        examples=page("A page", SCHEDULE),
    )
    @in_tenant_scope
    def list(self, request: ApiRequest) -> Response:
        query = PageShape.read(request.query_params)
        found = schedules.of_tenant(request.tenant)
        start = offset_of(query)
        shown = list(found[start : start + query["limit"]])
        context = {"last_runs": schedules.last_runs(shown)}
        return page_of([*ScheduleSerializer(shown, many=True, context=context).data], query, total=found.count())

    @extend_schema(
        operation_id="schedules_create",
        summary="Import a sheet again and again",
        description="Either `import_id`, an import to repeat, or a source (`sheet_url` or `source`) with a mapping "
        "(`mapping_id` or `field_mapping`). It is read with your access, for the first time when its time comes. Of "
        "what `import_id` says, the body may say otherwise.",
        request=ScheduleBody,
        responses={201: ScheduleSerializer, **errors(400, 409)},
        examples=[
            *body(
                "Repeat an import", {"import_id": SCHEDULE["last_import"]["id"], "frequency": "daily", "time": "06:00"}
            ),
            *body(
                "A sheet",
                {
                    "name": "Partner leads",
                    "sheet_url": "https://docs.google.com/spreadsheets/d/1aBcD_efGhIjKlMnOpQrStUvWxYz0123456789/edit",
                    "field_mapping": SCHEDULE["field_mapping"],
                    "frequency": "cron",
                    "cron": "30 6 * * 1-5",
                },
            ),
            *answer("A schedule", SCHEDULE, 201),
        ],
    )
    @idempotent
    def create(self, request: ApiRequest) -> Response:
        given = ScheduleShape.read(request.data)
        repeated = self._repeated(given)
        source = _source(given) or (repeated.source if repeated else None)
        name = given.get("name") or (repeated.name[:200] if repeated else "")
        if source is None or not name:
            missing = "source" if source is None else "name"
            raise Invalid("invalid_value", f"{missing}: This field is required.", field=missing)
        has_mapping = given.keys() & {"field_mapping", "mapping_id"}
        schedule = schedules.create(
            request.tenant,
            user=request.user,
            name=name,
            source=source,
            timing=_timing(given),
            options=self._options(repeated.options if repeated else schedules.DEFAULT_OPTIONS),
            field_mapping=repeated.field_mapping if repeated and not has_mapping else _own_mapping(given),
            saved_mapping=self._saved_mapping(given),
            baseline=repeated.baseline if repeated and not has_mapping and source == repeated.source else None,
        )
        if given.get("paused"):
            schedules.change(schedule, user=request.user, paused=True)
        return self._answer(schedule, status=201)

    @extend_schema(
        operation_id="schedules_retrieve",
        summary="One recurring import",
        responses={200: ScheduleSerializer},
        examples=answer("A schedule", SCHEDULE),
    )
    @in_tenant_scope
    def retrieve(self, request: ApiRequest, schedule_id: UUID) -> Response:
        return self._answer(self.schedule(schedule_id))

    @extend_schema(
        operation_id="schedules_change",
        summary="Change a recurring import, pause it, or let it go on",
        description="What a pause left out is not made up for. If the access that read its source is gone, yours takes "
        "its place. A new source or mapping is not held against the runs before.",
        request=ScheduleChangeBody(partial=True),
        responses={200: ScheduleSerializer, **errors(400, 409)},
        examples=[
            *body("Pause", {"paused": True}),
            *body("Another time", {"frequency": "weekly", "weekday": "friday", "time": "18:30"}),
            *answer("Changed", {**SCHEDULE, "time": "18:30"}),
        ],
    )
    @in_tenant_scope
    def partial_update(self, request: ApiRequest, schedule_id: UUID) -> Response:
        schedule = self.schedule(schedule_id)
        given = ScheduleChangeShape.read_changes(request.data)
        schedules.change(
            schedule,
            user=request.user,
            name=given.get("name"),
            source=_source(given),
            timing=_changed_timing(schedule, given),
            options=self._options(schedules.options_of(schedule)),
            field_mapping=_own_mapping(given),
            saved_mapping=self._saved_mapping(given),
            paused=given.get("paused"),
        )
        return self._answer(schedule)

    @extend_schema(
        operation_id="schedules_delete",
        summary="Import a source no more; imports and contacts stay",
        description="A run that is held is cancelled.",
        responses={204: None},
    )
    @in_tenant_scope
    def destroy(self, request: ApiRequest, schedule_id: UUID) -> Response:
        schedules.delete(self.schedule(schedule_id))
        return Response(status=204)

    @extend_schema(
        operation_id="schedules_run",
        summary="Run it now, besides its times",
        description="409 while the last run is not at its end, or is held.",
        request=None,
        responses={202: ScheduleSerializer, **errors(409)},
        examples=answer("Begun", {**SCHEDULE, "state": "reading"}, 202),
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def run(self, request: ApiRequest, schedule_id: UUID) -> Response:
        schedule = self.schedule(schedule_id)
        runs.run_now(schedule)
        return self._answer(schedule, status=202)

    def schedule(self, schedule_id: UUID) -> ImportSchedule:
        """Return a schedule of the request's tenant; another tenant's is not found."""
        return get_object_or_404(schedules.of_tenant(self.request.tenant), pk=schedule_id)

    def _answer(self, schedule: ImportSchedule, *, status: int = 200) -> Response:
        context = {"last_runs": schedules.last_runs([schedule])}
        return Response(ScheduleSerializer(schedule, context=context).data, status=status)

    def _options(self, over: ImportOptions) -> ImportOptions:
        return ImportOptions.parse(cast("dict[str, Any]", self.request.data), over=over)

    def _repeated(self, given: dict[str, Any]) -> from_job.Repeated | None:
        """Return what an import says of a schedule that repeats it."""
        if "import_id" not in given:
            return None
        job = ImportJob.objects.for_tenant(self.request.tenant).filter(pk=given["import_id"]).first()
        if job is None:
            raise Invalid("unknown_import", "You have no import of this id.", field="import_id")
        return from_job.repeated(job)

    def _saved_mapping(self, given: dict[str, Any]) -> SavedFieldMapping | None:
        if "mapping_id" not in given:
            return None
        saved = saved_mappings.of_tenant(self.request.tenant).filter(pk=given["mapping_id"]).first()
        if saved is None:
            raise Invalid("unknown_mapping", "You have no saved mapping of this id.", field="mapping_id")
        return saved


def _own_mapping(given: dict[str, Any]) -> FieldMapping | None:
    return FieldMapping.from_json(given["field_mapping"]) if "field_mapping" in given else None
