"""Mending failed rows in the browser: causes, rows, what is done to many at once, and the import of what is mended."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from imports.corrections import drafts, edits
from imports.corrections import services as corrections
from imports.corrections.drafts import Change, Group, Saved
from imports.corrections.mending import headers_of
from imports.corrections.models import CorrectionEdit
from imports.models import ImportJob
from imports.results import ErrorGroup
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.refusals import Refusal
from portals import mending_page
from portals.jobs import job_of
from portals.pages import get_or_post, page_url, show
from portals.steps import is_looked_at, steps
from portals.wording import counted

Kind = CorrectionEdit.Kind

_CELL = re.compile(r"cell-(\d{1,9})-(\d{1,5})", re.ASCII)


@get_or_post
@tenant_required
def mend(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    if not job.is_finished:
        return redirect(page_url(request, "job", job.pk))
    groups = drafts.mendable_groups(job)
    group = _group_of(groups, request.GET)
    if group is None:
        return go(request, page_url(request, "job-result", job.pk))
    if request.method == "POST":
        return _do(request, job, group)
    return _show(request, job, groups, group)


def _group_of(groups: Sequence[ErrorGroup], query: QueryDict) -> Group | None:
    """Return the cause that the address names, else the one with most rows; None if there is nothing to mend."""
    if "problem" in query:
        return Group(str(query["problem"]), query.get("field", ""))
    return Group(groups[0].type, groups[0].field) if groups else None


def _show(request: TenantRequest, job: ImportJob, groups: Sequence[ErrorGroup], group: Group) -> HttpResponse:
    header, text = _column(job, request.GET.get("in", "")), request.GET.get("find", "")
    page = mending_page.page_of(
        job,
        group,
        number=_page_number(request.GET),
        skipped=request.GET.get("skipped") == "1",
        find=Change(Kind.REPLACE, header, text) if header and text else None,
    )
    context = {
        "section": "imports",
        "job": job,
        "steps": steps("result", is_looked_at=is_looked_at(job)),
        "page": page,
        "causes": mending_page.causes(groups, group),
        "columns": list(enumerate(headers_of(job))),
        "find": text,
        "find_in": header,
        "found": page.counts.found if header and text else None,
        **_edit_context(request, job, edits.latest(job)),
        "mend_url": request.path,
        "result_url": page_url(request, "job-result", job.pk),
    }
    return show(request, "imports/mend.html", context)


def _edit_context(request: TenantRequest, job: ImportJob, edit: CorrectionEdit | None) -> dict[str, Any]:
    """Return what the page says of an edit of many rows."""
    if edit is None:
        return {}
    query = request.GET.urlencode()
    return {
        "edit": mending_page.edit_of(edit),
        "edit_url": f"{page_url(request, 'job-mend-edit', job.pk)}?{query}",
        "edit_undo_url": f"{page_url(request, 'job-mend-undo', job.pk, edit.pk)}?{query}",
    }


@require_safe
@tenant_required
def edit(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Answer htmx with how far an edit of many rows is; once it is done, with the page of its rows."""
    job = job_of(request, job_id)
    found = edits.latest(job)
    if request.htmx and found is not None and found.is_at_work:
        return show(request, "imports/_mend_edit.html", _edit_context(request, job, found))
    return go(request, f"{page_url(request, 'job-mend', job.pk)}?{request.GET.urlencode()}")


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
    try:
        done = act(job, group, which, request.POST)
    except Refusal as refusal:
        done = _Done(refusal.message)
    query = request.GET.urlencode()
    if done.saved and done.saved.rows:
        undo_url = page_url(request, "job-mend-undo", job.pk, done.saved.edit_id)
        messages.success(request, done.words, extra_tags=f"{undo_url}?{query}")
    elif done.words:
        messages.info(request, done.words)
    return redirect(f"{request.path}?{query}")


def _import(request: TenantRequest, job: ImportJob) -> HttpResponse:
    try:
        sent = corrections.send_drafts(job, user=request.user)
    except Refusal as refusal:
        messages.info(request, refusal.message)
        return redirect(page_url(request, "job-mend", job.pk))
    if not sent:
        messages.info(request, "No row is mended that was not imported yet.")
    return redirect(page_url(request, "job-result", job.pk))


class _Done(NamedTuple):
    """What a button did."""

    words: str  # "" where the page says so itself
    saved: Saved | None = None  # what can be undone


def _save(job: ImportJob, group: Group, which: str, form: QueryDict) -> _Done:
    """Keep all cells of the page, as they are sent without scripts."""
    saved = drafts.save(job, cells_of(job, form))
    if not saved.rows:
        return _Done("Nothing was changed.")
    left = saved.rows - saved.mended
    return _Done(f"{counted(saved.mended, 'row')} mended{f', {left:,} wrong still' if left else ''}.", saved)


def _apply(job: ImportJob, group: Group, which: str, form: QueryDict) -> _Done:
    """Put a value into all rows that have another."""
    old, new = form.get(f"old-{which}", ""), form.get(f"new-{which}", "")
    return _change(job, group, Change(Kind.FILL, _first_header(job, group), old, new))


def _skip_value(job: ImportJob, group: Group, which: str, form: QueryDict) -> _Done:
    return _change(job, group, Change(Kind.SKIP, _first_header(job, group), form.get(f"old-{which}", "")))


def _replace(job: ImportJob, group: Group, which: str, form: QueryDict) -> _Done:
    header = _column(job, form.get("in", ""))
    if not header or not form.get("find"):
        raise Http404
    return _change(job, group, Change(Kind.REPLACE, header, str(form["find"]), form.get("replace", "")))


def _change(job: ImportJob, group: Group, change: Change) -> _Done:
    # What PostgreSQL's text cannot hold is no letter that anybody typed.
    change = change._replace(text=change.text.replace("\0", ""), new=change.new.replace("\0", ""))
    begun = edits.begin(job, group, change)
    if isinstance(begun, CorrectionEdit):
        return _Done("")
    return _Done(mending_page.change_in_words(change.kind, begun.rows, begun.mended), begun)


def _skip(job: ImportJob, group: Group, which: str, form: QueryDict) -> _Done:
    saved = drafts.skip(job, _rows_of(form))
    return _Done(f"{counted(saved.rows, 'row')} skipped." if saved.rows else "Select rows first.", saved)


def _bring_back(job: ImportJob, group: Group, which: str, form: QueryDict) -> _Done:
    saved = drafts.skip(job, _rows_of(form), is_skipped=False)
    return _Done(f"{counted(saved.rows, 'row')} brought back." if saved.rows else "Select rows first.", saved)


_ACTS: Mapping[str, Callable[[ImportJob, Group, str, QueryDict], _Done]] = {
    "save": _save,
    "apply": _apply,
    "skip-value": _skip_value,
    "replace": _replace,
    "skip": _skip,
    "bring-back": _bring_back,
}


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
    counts = drafts.counts(job, group)
    context = {"row": row, "job": job, "query": request.GET.urlencode()}
    response = show(request, "imports/_mend_row.html", context)
    return trigger_client_event(response, "row-saved", _said(row.line, counts), after="settle")


def _said(line: drafts.Line, counts: drafts.GroupCounts) -> dict[str, Any]:
    """Return the words that mending.js puts into the page around a row."""
    state = "mended" if line.is_mended else f"is wrong still. {line.message}"
    return {
        "words": f"Row {line.row_number:,} {state}; {counts.wrong:,} left."
        if line.is_mended
        else (f"Row {line.row_number:,} {state}"),
        "progress": mending_page.progress_of(counts),
        "importWords": mending_page.import_words(counts.mended_of_all),
        "mended": counts.mended_of_all,
    }


@require_POST
@tenant_required
def undo(request: TenantRequest, job_id: UUID, edit_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    restored = edits.undo(job, edit_id)
    words = "There is nothing left to undo."
    if restored:
        words = f"{counted(restored, 'row')} {'is' if restored == 1 else 'are'} as before."
    messages.info(request, words)
    return redirect(f"{page_url(request, 'job-mend', job.pk)}?{request.GET.urlencode()}")
