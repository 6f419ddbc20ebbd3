"""Mending failed rows in the browser: causes, rows, what is done to many at once, and the import of what is mended."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from imports.corrections import drafts
from imports.corrections import services as corrections
from imports.corrections.drafts import Group, Saved
from imports.corrections.mending import headers_of
from imports.models import ImportJob
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.refusals import Refusal
from portals import mending_page
from portals.jobs import job_of
from portals.pages import page_url, show
from portals.steps import steps
from portals.wording import counted

get_or_post = require_http_methods(["GET", "HEAD", "POST"])

_CELL = re.compile(r"cell-(\d{1,9})-(\d{1,5})", re.ASCII)


@get_or_post
@tenant_required
def mend(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    if not job.is_finished:
        return redirect(page_url(request, "job", job.pk))
    group = _group_of(job, request.GET)
    if group is None:
        return go(request, page_url(request, "job-result", job.pk))
    if request.method == "POST":
        return _do(request, job, group)
    return _show(request, job, group)


def _group_of(job: ImportJob, query: QueryDict) -> Group | None:
    """Return the cause that the address names, else the one with most rows; None if there is nothing to mend."""
    if "problem" in query:
        return Group(str(query["problem"]), query.get("field", ""))
    return next(iter(drafts.mendable_groups(job)), None)


def _show(request: TenantRequest, job: ImportJob, group: Group) -> HttpResponse:
    page = mending_page.page_of(job, group, number=_page_number(request.GET), skipped=request.GET.get("skipped") == "1")
    header, text = _column(job, request.GET.get("in", "")), request.GET.get("find", "")
    context = {
        "section": "imports",
        "job": job,
        "steps": steps("result"),
        "page": page,
        "causes": mending_page.causes(job, group),
        "columns": list(enumerate(headers_of(job))),
        "find": text,
        "find_in": header,
        "found": drafts.found_count(job, group, header, text) if header and text else None,
        "mend_url": request.path,
        "result_url": page_url(request, "job-result", job.pk),
    }
    return show(request, "imports/mend.html", context)


def _page_number(query: QueryDict) -> int:
    asked = query.get("page", "1")
    return max(int(asked), 1) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1


def _column(job: ImportJob, place: str) -> str:
    """Return the column that a form names by its place in the file; "" for none."""
    headers = headers_of(job)
    is_place = place.isascii() and place.isdecimal() and len(place) < 6
    return headers[int(place)] if is_place and int(place) < len(headers) else ""


# What is done to rows ------------------------------------------------------------------------------------------------


def _do(request: TenantRequest, job: ImportJob, group: Group) -> HttpResponse:
    """Do what a button asks, say what it did with an Undo, and show the page again."""
    name, _, which = request.POST.get("do", "save").partition(":")
    if name == "import":
        return _import(request, job)
    act = _ACTS.get(name)
    if act is None:
        raise Http404
    words, saved = act(job, group, which, request.POST)
    back = f"{request.path}?{request.GET.urlencode()}"
    if saved.rows:
        undo_url = page_url(request, "job-mend-undo", job.pk, saved.edit_id)
        messages.success(request, words, extra_tags=f"{undo_url}?{request.GET.urlencode()}")
    else:
        messages.info(request, words)
    return redirect(back)


def _import(request: TenantRequest, job: ImportJob) -> HttpResponse:
    try:
        sent = corrections.send_drafts(job, user=request.user)
    except Refusal as refusal:
        messages.info(request, refusal.message)
        return redirect(page_url(request, "job", job.pk))
    if not sent:
        messages.info(request, "No row is mended that was not imported yet.")
    return redirect(page_url(request, "job-result", job.pk))


def _save(job: ImportJob, group: Group, which: str, form: QueryDict) -> tuple[str, Saved]:
    """Keep all cells of the page, as they are sent without scripts."""
    saved = drafts.save(job, cells_of(job, form))
    if not saved.rows:
        return "Nothing was changed", saved
    left = saved.rows - saved.mended
    return f"{counted(saved.mended, 'row')} mended{f', {left:,} wrong still' if left else ''}", saved


def _apply(job: ImportJob, group: Group, which: str, form: QueryDict) -> tuple[str, Saved]:
    """Put a value into all rows that have another."""
    header = _first_header(job, group)
    old, new = form.get(f"old-{which}", ""), form.get(f"new-{which}", "")
    saved = drafts.apply_to_all(job, group, header=header, old=old, new=new)
    return _words(saved, "changed"), saved


def _skip_value(job: ImportJob, group: Group, which: str, form: QueryDict) -> tuple[str, Saved]:
    saved = drafts.skip_value(job, group, header=_first_header(job, group), old=form.get(f"old-{which}", ""))
    return f"{counted(saved.rows, 'row')} skipped", saved


def _replace(job: ImportJob, group: Group, which: str, form: QueryDict) -> tuple[str, Saved]:
    header = _column(job, form.get("in", ""))
    if not header or not form.get("find"):
        raise Http404
    saved = drafts.find_and_replace(job, group, header=header, find=str(form["find"]), replace=form.get("replace", ""))
    return _words(saved, "changed"), saved


def _skip(job: ImportJob, group: Group, which: str, form: QueryDict) -> tuple[str, Saved]:
    saved = drafts.skip(job, _rows_of(form))
    return f"{counted(saved.rows, 'row')} skipped" if saved.rows else "Select rows first", saved


def _bring_back(job: ImportJob, group: Group, which: str, form: QueryDict) -> tuple[str, Saved]:
    saved = drafts.skip(job, _rows_of(form), is_skipped=False)
    return f"{counted(saved.rows, 'row')} brought back" if saved.rows else "Select rows first", saved


_ACTS: Mapping[str, Callable[[ImportJob, Group, str, QueryDict], tuple[str, Saved]]] = {
    "save": _save,
    "apply": _apply,
    "skip-value": _skip_value,
    "replace": _replace,
    "skip": _skip,
    "bring-back": _bring_back,
}


def _words(saved: Saved, verb: str) -> str:
    if not saved.rows:
        return "Nothing was changed"
    mended = "" if saved.mended == saved.rows else f", {saved.mended:,} of them mended"
    return f"{counted(saved.rows, 'row')} {verb}{mended}"


def _first_header(job: ImportJob, group: Group) -> str:
    headers = mending_page.own_headers(job, group)
    if not headers:
        raise Http404
    return headers[0]


def _rows_of(form: QueryDict) -> list[int]:
    """Return the rows that are selected."""
    return [int(text) for text in form.getlist("row") if text.isascii() and text.isdecimal() and len(text) < 10]


def cells_of(job: ImportJob, form: QueryDict, *, row_index: int | None = None) -> dict[int, dict[str, str]]:
    """Return row index → {header: text} of the cells that a form sends; of one row, where that is given."""
    headers = headers_of(job)
    cells: dict[int, dict[str, str]] = {}
    for name, text in form.items():
        found = _CELL.fullmatch(name)
        if found is None or int(found[2]) >= len(headers) or row_index not in (None, int(found[1])):
            continue
        # What PostgreSQL's text cannot hold is no letter that anybody typed.
        cells.setdefault(int(found[1]), {})[headers[int(found[2])]] = str(text).replace("\0", "")
    return cells


@require_POST
@tenant_required
def mend_row(request: TenantRequest, job_id: UUID, row_index: int) -> HttpResponse:
    """Keep the cells of one row, or bring back what stood in the file. Answer htmx with the row as it is then."""
    job = job_of(request, job_id)
    group = Group(request.GET.get("problem", ""), request.GET.get("field", ""))
    if not job.is_finished or row_index >= 2**31:
        raise Http404
    if request.POST.get("do") == f"restore:{row_index}":
        drafts.discard(job, [row_index])
    else:
        drafts.save(job, cells_of(job, request.POST, row_index=row_index))
    if not request.htmx:
        return redirect(f"{page_url(request, 'job-mend', job.pk)}?{request.GET.urlencode()}")
    found = drafts.lines(job, group, [row_index])
    if not found:
        raise Http404
    wrong = mending_page.own_headers(job, group)
    headers = (*wrong, *mending_page.others(job, wrong))
    row = mending_page.row_of(job, found[0], headers)
    counts, mended = drafts.counts(job, group), drafts.mended_count(job)
    context = {"row": row, "job": job, "query": request.GET.urlencode()}
    response = show(request, "imports/_mend_row.html", context)
    return trigger_client_event(response, "row-saved", _said(row.line, counts, mended), after="settle")


def _said(line: drafts.Line, counts: drafts.GroupCounts, mended: int) -> dict[str, Any]:
    """Return the words that mending.js puts into the page around a row."""
    state = "mended" if line.is_mended else f"is wrong still. {line.message}"
    return {
        "words": f"Row {line.row_number:,} {state}; {counts.wrong:,} left"
        if line.is_mended
        else (f"Row {line.row_number:,} {state}"),
        "progress": mending_page.progress_of(counts),
        "importWords": f"Import {counted(mended, 'mended row')}",
        "mended": mended,
    }


@require_POST
@tenant_required
def undo(request: TenantRequest, job_id: UUID, edit_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    restored = drafts.undo(job, edit_id)
    words = f"{counted(restored, 'row')} as before" if restored else "There is nothing left to undo"
    messages.info(request, words)
    return redirect(f"{page_url(request, 'job-mend', job.pk)}?{request.GET.urlencode()}")
