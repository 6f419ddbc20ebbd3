"""/v1/imports: the door to imports for programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from imports import control, error_log, history, job_options, pasting, preview, remote, results, services
from imports.api import corrections, documented
from imports.api.serializers import (
    ConfirmShape,
    ErrorsShape,
    HistoryShape,
    InspectShape,
    JobSerializer,
    PastedShape,
    ReadingShape,
    RowsShape,
    error_as_json,
)
from imports.connectors import contact_objects
from imports.corrections import files as corrected_files
from imports.corrections.services import accept as accept_corrections
from imports.engine.readers import ReadingOptions
from imports.engine.schema import FieldMapping
from imports.idempotency import idempotent, idempotent_by_id, idempotent_creation
from imports.models import ImportJob
from imports.options import ImportOptions
from irisx import api_schema
from irisx.accounts.authentication import ApiRequest, in_tenant_scope
from irisx.accounts.tenancy import tenant_scope
from irisx.api import TenantViewSet, offset_of, page_of
from irisx.api_requests import StrictJSONParser, UploadParser
from irisx.api_schema import errors, page_shape
from irisx.http import stream_file
from irisx.refusals import Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def uploaded(view: TenantViewSet, job: ImportJob) -> Response:
    return job_with_preview(job, status=201)


def job_with_preview(job: ImportJob, *, status: int) -> Response:
    with tenant_scope(job.tenant_id):
        return Response({**JobSerializer(job).data, "preview": preview.load(job).as_json()}, status=status)


def accepted(view: ImportViewSet, job: ImportJob) -> Response:
    with tenant_scope(job.tenant_id):
        return Response(JobSerializer(job).data, status=202)


class ImportViewSet(TenantViewSet):
    lookup_url_kwarg = "job_id"
    lookup_value_converter = "uuid"

    @extend_schema(
        operation_id="imports_list",
        summary="The history of imports, newest first",
        parameters=[HistoryShape],
        responses={200: page_shape("ImportPage", JobSerializer)},
        examples=api_schema.page("A page", documented.COMPLETED),
    )
    @in_tenant_scope
    def list(self, request: ApiRequest) -> Response:
        query = HistoryShape.read(request.query_params)
        filters = {name: query[name] for name in query if name not in ("page", "limit")}
        jobs = history.matching(ImportJob.objects.for_tenant(request.tenant), **filters)
        start = offset_of(query)
        page = jobs.newest_first()[start : start + query["limit"]]
        return page_of([*JobSerializer(page, many=True).data], query, total=jobs.count())

    @extend_schema(
        operation_id="imports_retrieve",
        summary="One import, as it is now",
        responses={200: JobSerializer},
        examples=api_schema.answer("At its end", documented.COMPLETED),
    )
    @in_tenant_scope
    def retrieve(self, request: ApiRequest, job_id: UUID) -> Response:
        return Response(JobSerializer(self.job(job_id)).data)

    @extend_schema(
        operation_id="imports_delete",
        summary="Delete an import, its error log and its file; contacts stay",
        description="409 while it is queued or under way.",
        responses={204: None},
    )
    @in_tenant_scope
    def destroy(self, request: ApiRequest, job_id: UUID) -> Response:
        services.delete(self.job(job_id))
        return Response(status=204)

    @extend_schema(
        operation_id="imports_upload",
        summary="Upload a file",
        description="It is read, and its columns are matched to fields; nothing is imported before it is confirmed. "
        "A corrected error log, known by its column `Import key`, is no new import: its rows join the job that they "
        "come from, as by `corrections`, and the answer is 202 with that job.",
        request={"multipart/form-data": documented.UploadBody},
        responses={201: documented.JobWithPreview, 202: documented.JobWithCorrections},
        examples=[
            *api_schema.answer("Read", {**documented.JOB, "preview": documented.PREVIEW}, 201),
            *api_schema.answer(
                "A corrected error log", {**documented.COMPLETED, "accepted": 1, "already_resolved": 0}, 202
            ),
        ],
    )
    @action(detail=False, methods=["post"], parser_classes=[UploadParser])
    @idempotent_creation(uploaded)
    def upload(self, request: ApiRequest, *, job_id: UUID) -> Response:
        file = request.FILES.get("file")
        if file is None:
            raise Invalid("file_missing", "Send the file in the field “file”.", field="file")
        with file:
            path = _path_of(file)
            reading_options = ReadingShape.options(request.data)
            try:
                job = services.create_job(
                    request.tenant,
                    user=request.user,
                    filename=file.name or "",
                    path=path,
                    options=ImportOptions.parse(_plain(cast("QueryDict", request.data))),
                    reading_options=reading_options,
                    job_id=job_id,
                )
            except error_log.IsErrorLog as log:
                job, accepted_rows = corrected_files.accept_upload(
                    request.tenant, log, path, user=request.user, reading_options=reading_options, run_id=job_id
                )
                with tenant_scope(request.tenant):
                    return Response({**JobSerializer(job).data, **corrections.as_json(accepted_rows)}, status=202)
        return uploaded(self, job)

    @extend_schema(
        operation_id="imports_pasted",
        summary="Send rows that were copied from a spreadsheet",
        description="Text with tabs, as the clipboard has it, or another delimiter. From there on it is an upload.",
        request=documented.PastedBody,
        responses={201: documented.JobWithPreview},
        examples=[
            *api_schema.body("Two rows", documented.PASTED),
            *api_schema.answer("Read", {**documented.JOB, "preview": documented.PREVIEW}, 201),
        ],
    )
    @action(detail=False, methods=["post"])
    @idempotent_creation(uploaded)
    def pasted(self, request: ApiRequest, *, job_id: UUID) -> Response:
        body = PastedShape.read(request.data)
        job = pasting.create_pasted_job(
            request.tenant,
            user=request.user,
            text=body.pop("text"),
            options=ImportOptions.parse(cast("dict[str, Any]", request.data)),
            reading_options=ReadingOptions(**body),
            job_id=job_id,
        )
        return uploaded(self, job)

    @extend_schema(
        operation_id="imports_bulk",
        summary="Import contacts from JSON",
        description="At most 10,000 contacts and 20 MB a call. There is nothing to confirm: the import starts at once. "
        "Row numbers are places in the list, from 1.",
        request=documented.BulkBody,
        responses={202: JobSerializer},
        examples=[
            *api_schema.body("Two contacts", documented.BULK),
            *api_schema.answer("Started", documented.SENT, 202),
        ],
    )
    @action(detail=False, methods=["post"])
    @idempotent_creation(accepted)
    def bulk(self, request: ApiRequest, *, job_id: UUID) -> Response:
        body = request.data if isinstance(request.data, dict) else {}
        job = services.create_bulk_job(
            request.tenant,
            user=request.user,
            contacts=contact_objects.checked(
                body.get("contacts"), most=settings.BULK_MAX_CONTACTS, most_keys=settings.BULK_MAX_KEYS
            ),
            options=ImportOptions.parse(body),
            job_id=job_id,
        )
        return accepted(self, job)

    @extend_schema(
        operation_id="imports_inspect",
        summary="Read the source of a pending import in another way",
        description="Of a Google Sheet another tab (`sheet`) or `range` is read from Google; all else from what was "
        "read before.",
        request={"application/json": InspectShape, "multipart/form-data": InspectShape},
        responses={200: documented.JobWithPreview},
        examples=[
            *api_schema.body("The header is in row 3", {"header_row": 3}),
            *api_schema.answer("Read again", {**documented.JOB, "preview": documented.PREVIEW}),
        ],
    )
    @action(detail=True, methods=["post"], parser_classes=[StrictJSONParser, UploadParser])
    def inspect(self, request: ApiRequest, job_id: UUID) -> Response:
        given = InspectShape.read(request.data)
        area = given.pop("range", None)
        with tenant_scope(request.tenant):
            job = self.job(job_id)
        job = remote.read_again(job, user=request.user, reading_options=ReadingOptions(**given), area=area)
        return job_with_preview(job, status=200)

    @extend_schema(
        operation_id="imports_preview",
        summary="The first rows as they will be stored",
        responses={200: documented.PreviewShape, **errors(409)},
        examples=api_schema.answer("A preview", documented.PREVIEW),
    )
    @action(detail=True)
    @in_tenant_scope
    def preview(self, request: ApiRequest, job_id: UUID) -> Response:
        return Response(preview.load(self.job(job_id)).as_json())

    @extend_schema(
        operation_id="imports_confirm",
        summary="Start a pending import under a field mapping",
        description="Columns that `field_mapping` does not name are not imported. `custom:<key>` is made as a text "
        "field if there is none of that key. Import options that are sent replace those of the upload.",
        request=documented.ConfirmBody,
        responses={202: JobSerializer},
        examples=[
            *api_schema.body("A mapping", documented.CONFIRM),
            *api_schema.body("As suggested", {"accept_suggested": True}),
            *api_schema.answer("Started", documented.STARTED, 202),
        ],
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def confirm(self, request: ApiRequest, job_id: UUID) -> Response:
        job = self.job(job_id)
        confirmation = ConfirmShape.read(request.data)
        services.confirm(
            job,
            field_mapping=_confirmed_mapping(job, confirmation),
            options=ImportOptions.parse(cast("dict[str, Any]", request.data), over=job_options.options_of(job)),
            save_mapping_as=confirmation["save_mapping_as"],
            confirmed_by=request.user,
        )
        return Response(JobSerializer(job).data, status=202)

    @extend_schema(
        operation_id="imports_cancel",
        summary="Stop an import for good; rows that are done stay",
        request=None,
        responses={202: JobSerializer},
        examples=api_schema.answer("The import", documented.STARTED, 202),
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: ApiRequest, job_id: UUID) -> Response:
        return self.changed(job_id, control.cancel)

    @extend_schema(
        operation_id="imports_pause",
        summary="Have an import rest",
        request=None,
        responses={202: JobSerializer},
        examples=api_schema.answer("The import", documented.STARTED, 202),
    )
    @action(detail=True, methods=["post"])
    def pause(self, request: ApiRequest, job_id: UUID) -> Response:
        return self.changed(job_id, control.pause)

    @extend_schema(
        operation_id="imports_resume",
        summary="Let a paused import go on",
        request=None,
        responses={202: JobSerializer},
        examples=api_schema.answer("The import", documented.STARTED, 202),
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def resume(self, request: ApiRequest, job_id: UUID) -> Response:
        return self.changed(job_id, control.resume)

    @extend_schema(
        operation_id="imports_retry",
        summary="Let a failed import go on from where it stood",
        request=None,
        responses={202: JobSerializer},
        examples=api_schema.answer("The import", documented.STARTED, 202),
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def retry(self, request: ApiRequest, job_id: UUID) -> Response:
        return self.changed(job_id, control.retry)

    @extend_schema(
        operation_id="imports_rows",
        summary="The rows behind a number",
        parameters=[RowsShape],
        responses={200: page_shape("RowPage", documented.RowShape)},
        examples=api_schema.page("A page", documented.ROW),
    )
    @action(detail=True)
    @in_tenant_scope
    def rows(self, request: ApiRequest, job_id: UUID) -> Response:
        job = self.job(job_id)
        query = RowsShape.read(request.query_params)
        outcome = results.outcome_named(query["outcome"]) if query["outcome"] else None
        page = results.rows(job, outcome=outcome, offset=offset_of(query), limit=query["limit"])
        return page_of([row.as_json() for row in page], query, total=results.count_of(job, outcome))

    @extend_schema(
        operation_id="imports_corrections",
        summary="Send corrected rows of the error log: they join the same import",
        description="Only rows of the error log of this import, known by their `Import key`; with one that is not, "
        "nothing is imported. Once the import is at its end, however it ended. Rows that are in never come in again. "
        "At most 10,000 rows as JSON; a file may be as large as an upload.",
        request={
            "application/json": corrections.CorrectionsShape,
            "multipart/form-data": corrections.CorrectedFileShape,
        },
        responses={202: corrections.AcceptedShape, **errors(409)},
        examples=[
            *api_schema.body("One row", documented.CORRECTIONS),
            *api_schema.answer("Accepted", {"accepted": 1, "already_resolved": 0}, 202),
        ],
    )
    @action(detail=True, methods=["post"], parser_classes=[StrictJSONParser, UploadParser])
    @idempotent_by_id
    def corrections(self, request: ApiRequest, job_id: UUID, *, request_id: UUID) -> Response:
        with tenant_scope(request.tenant):
            job = self.job(job_id)
        file = request.FILES.get("file")
        if file is not None:
            with file:
                accepted_rows = corrected_files.accept_file(job, _path_of(file), user=request.user, run_id=request_id)
        else:
            rows = corrections.rows_of_body(job, request.data)
            accepted_rows = accept_corrections(job, [rows], user=request.user, run_id=request_id)
        return Response(corrections.as_json(accepted_rows), status=202)

    @extend_schema(
        operation_id="imports_errors",
        summary="The error log, as a CSV file or in pages",
        description="Rows that failed, duplicates that were skipped, and warnings. `Import key` is what lets a "
        "corrected file find its rows.",
        parameters=[ErrorsShape],
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/json"): page_shape("ErrorLogPage", documented.ErrorLogShape),
        },
        examples=[
            *api_schema.answer("A file", documented.LOG_CSV, media_type="text/csv"),
            *api_schema.page("A page", documented.LOG_ENTRY),
        ],
    )
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


def _confirmed_mapping(job: ImportJob, confirmation: Mapping[str, Any]) -> FieldMapping:
    if "field_mapping" in confirmation:
        return FieldMapping.from_json(confirmation["field_mapping"])
    if confirmation["accept_suggested"]:
        return job.suggested_mapping
    raise Conflict(
        "mapping_not_confirmed",
        "Send field_mapping, or “accept_suggested”: true to import as suggested.",
        field="field_mapping",
    )


def _path_of(file: UploadedFile[Any]) -> Path:
    """Return where UploadParser has put a file."""
    return Path(cast("TemporaryUploadedFile", file).temporary_file_path())


def _plain(form: QueryDict) -> dict[str, Any]:
    """Return form fields as JSON would have them: a field that is there several times is a list."""
    return {name: values if len(values) > 1 else values[0] for name, values in form.lists() if values}
