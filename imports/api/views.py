"""/v1/imports: the door to imports for programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from rest_framework.decorators import action
from rest_framework.response import Response

from imports import error_log, history, preview, results, services
from imports.api.serializers import (
    ConfirmShape,
    ErrorsShape,
    HistoryShape,
    JobSerializer,
    ReadingShape,
    RowsShape,
    error_as_json,
)
from imports.engine.schema import FieldMapping
from imports.models import ImportJob
from imports.options import ImportOptions
from irisx.accounts.authentication import ApiRequest, in_tenant_scope
from irisx.accounts.tenancy import tenant_scope
from irisx.api import TenantViewSet, offset_of, page_of
from irisx.api_requests import StrictJSONParser, UploadParser
from irisx.http import stream_file
from irisx.refusals import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class ImportViewSet(TenantViewSet):
    lookup_url_kwarg = "job_id"
    lookup_value_converter = "uuid"

    @in_tenant_scope
    def list(self, request: ApiRequest) -> Response:
        query = HistoryShape.read(request.query_params)
        filters = {name: query[name] for name in query if name not in ("page", "limit")}
        jobs = history.matching(ImportJob.objects.for_tenant(request.tenant), **filters)
        start = offset_of(query)
        page = jobs.newest_first()[start : start + query["limit"]]
        return page_of([*JobSerializer(page, many=True).data], query, total=jobs.count())

    @in_tenant_scope
    def retrieve(self, request: ApiRequest, job_id: UUID) -> Response:
        return Response(JobSerializer(self.job(job_id)).data)

    @in_tenant_scope
    def destroy(self, request: ApiRequest, job_id: UUID) -> Response:
        services.delete(self.job(job_id))
        return Response(status=204)

    @action(detail=False, methods=["post"], parser_classes=[UploadParser])
    def upload(self, request: ApiRequest) -> Response:
        file = request.FILES.get("file")
        if file is None:
            raise Invalid("file_missing", "Send the file in the field “file”.", field="file")
        with file:
            job = services.create_job(
                request.tenant,
                user=request.user,
                filename=file.name or "",
                # What UploadParser makes of every file.
                path=Path(cast("TemporaryUploadedFile", file).temporary_file_path()),
                options=ImportOptions.parse(_plain(cast("QueryDict", request.data))),
                reading_options=ReadingShape.options(request.data),
            )
        return self.job_with_preview(job, status=201)

    @action(detail=True, methods=["post"], parser_classes=[StrictJSONParser, UploadParser])
    def inspect(self, request: ApiRequest, job_id: UUID) -> Response:
        reading_options = ReadingShape.options(request.data)
        with tenant_scope(request.tenant):
            job = self.job(job_id)
        return self.job_with_preview(services.reread(job, reading_options=reading_options), status=200)

    @action(detail=True)
    @in_tenant_scope
    def preview(self, request: ApiRequest, job_id: UUID) -> Response:
        return Response(preview.load(self.job(job_id)).as_json())

    @action(detail=True, methods=["post"])
    @in_tenant_scope
    def confirm(self, request: ApiRequest, job_id: UUID) -> Response:
        job = self.job(job_id)
        confirmation = ConfirmShape.read(request.data)
        services.confirm(
            job,
            field_mapping=_confirmed_mapping(job, confirmation),
            options=ImportOptions.parse(cast("dict[str, Any]", request.data), over=services.options_of(job)),
            save_mapping_as=confirmation["save_mapping_as"],
            confirmed_by=request.user,
        )
        return Response(JobSerializer(job).data, status=202)

    @action(detail=True, methods=["post"])
    def cancel(self, request: ApiRequest, job_id: UUID) -> Response:
        return self.changed(job_id, services.cancel)

    @action(detail=True, methods=["post"])
    def pause(self, request: ApiRequest, job_id: UUID) -> Response:
        return self.changed(job_id, services.pause)

    @action(detail=True, methods=["post"])
    def resume(self, request: ApiRequest, job_id: UUID) -> Response:
        return self.changed(job_id, services.resume)

    @action(detail=True, methods=["post"])
    def retry(self, request: ApiRequest, job_id: UUID) -> Response:
        return self.changed(job_id, services.retry)

    @action(detail=True)
    @in_tenant_scope
    def rows(self, request: ApiRequest, job_id: UUID) -> Response:
        job = self.job(job_id)
        query = RowsShape.read(request.query_params)
        outcome = results.outcome_named(query["outcome"]) if query["outcome"] else None
        page = results.rows(job, outcome=outcome, offset=offset_of(query), limit=query["limit"])
        return page_of([row.as_json() for row in page], query, total=results.count_of(job, outcome))

    @action(detail=True)
    @in_tenant_scope
    def errors(self, request: ApiRequest, job_id: UUID) -> HttpResponseBase:
        job = self.job(job_id)
        query = ErrorsShape.read(request.query_params)
        if query["format"] == "csv":
            file = error_log.as_file(job, error_type=query["type"])
            return stream_file(file, filename=error_log.filename(job), content_type=error_log.CONTENT_TYPE)
        entries = results.log_entries(job, error_type=query["type"])
        start = offset_of(query)
        page = list(entries[start : start + query["limit"]])
        values = results.log_values(results.open_rows(job), page)
        return page_of([error_as_json(entry, values[entry.pk]) for entry in page], query, total=entries.count())

    def job(self, job_id: UUID) -> ImportJob:
        """Return a job of the request's tenant; another tenant's is not found."""
        return get_object_or_404(ImportJob.objects.for_tenant(self.request.tenant), pk=job_id)

    def changed(self, job_id: UUID, change: Callable[[ImportJob], None]) -> Response:
        """Do to a job what is asked, and answer it as it is then: after the open chunk it may be another."""
        with tenant_scope(self.request.tenant):
            job = self.job(job_id)
            change(job)
            return Response(JobSerializer(job).data, status=202)

    def job_with_preview(self, job: ImportJob, *, status: int) -> Response:
        with tenant_scope(self.request.tenant):
            return Response({**JobSerializer(job).data, "preview": preview.load(job).as_json()}, status=status)


def _confirmed_mapping(job: ImportJob, confirmation: Mapping[str, Any]) -> FieldMapping:
    if "field_mapping" in confirmation:
        return FieldMapping.from_json(confirmation["field_mapping"])
    if confirmation["accept_suggested"]:
        return job.suggested_mapping
    raise Invalid(
        "mapping_not_confirmed",
        "Send field_mapping, or “accept_suggested”: true to import as suggested.",
        field="field_mapping",
    )


def _plain(form: QueryDict) -> dict[str, Any]:
    """Return form fields as JSON would have them: a field that is there several times is a list."""
    return {name: values if len(values) > 1 else values[0] for name, values in form.lists() if values}
