"""How values look on a page: icons, numbers, times, cells of files; running imports, and addresses of pages."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import phonenumbers
from django import template
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, is_in_scope, tenant_scope
from portals import pages, wording

register = template.Library()


@register.simple_tag
def icon(name: str, spin: bool = False) -> str:
    """Return an icon as inline SVG. It never says anything on its own: words stand beside it."""
    return lucide(name, size=16, **{"class": "i spin" if spin else "i", "aria_hidden": "true"})


@register.filter
def count(number: int | None) -> str:
    """Return 1234 as "1,234"."""
    return "–" if number is None else f"{number:,}"


@register.filter
def plural(number: int, noun: str) -> str:
    """Return "1 row" or "1,234 rows" for the noun "row"."""
    return wording.counted(number, noun)


@register.filter
def size(size_bytes: int | None) -> str:
    """Return a file's size as "1.4 MB"."""
    return wording.size(size_bytes or 0)


@register.filter
def when(moment: datetime | None) -> str:
    """Return a moment as people here say it: "today 14:03", "22 Nov 17:32", "3 Mar 2025 09:10"."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    return f"{_day(local.date())} {local:%H:%M}"


@register.filter
def day(moment: datetime | None) -> str:
    """Return the day of a moment: "today", "yesterday", "22 Nov", "3 Mar 2025"."""
    return "–" if moment is None else _day(timezone.localtime(moment).date())


def _day(then: date) -> str:
    today = timezone.localdate()
    if (today - then).days in (0, 1):
        return "today" if then == today else "yesterday"
    year = "" if then.year == today.year else f" {then.year}"
    return f"{then.day} {then:%b}{year}"


@register.filter
def phone(number: str) -> str:
    """Return a stored phone number as people write it: "+442079460817" as "+44 20 7946 0817"."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number


@register.filter
def raw(text: str) -> SafeString:
    """Return a cell of a file with its outer spaces, tabs and line breaks made visible."""
    if not text:
        return SafeString('<span class="soft">(blank)</span>')
    stripped = text.strip()
    if not stripped:
        return _whitespace(text)
    start = text.index(stripped)
    line_break = SafeString('<span class="ws">↵</span>')
    inner = format_html_join(line_break, "{}", ((line,) for line in stripped.splitlines()))
    return _whitespace(text[:start]) + inner + _whitespace(text[start + len(stripped) :])


def _whitespace(text: str) -> SafeString:
    signs = "".join({"\t": "→", "\n": "↵", "\r": "↵"}.get(letter, "·") for letter in text)
    return format_html('<span class="ws">{}</span>', signs) if signs else SafeString("")


@register.filter
def badge(job: ImportJob) -> wording.Badge:
    """Return how a job's status is shown (imports/_status.html)."""
    return wording.badge(job)


@register.filter
def came_in(job: ImportJob) -> str:
    """Return what was done with an import's source: "Uploaded" is a file alone."""
    words = {"json": "Sent", "pasted": "Pasted", "google_sheets": "Read", "airtable": "Read"}
    return words.get(job.source_type, "Uploaded")


@register.filter
def chip(confidence: int) -> wording.Chip:
    """Return how sure a match is, in words (imports/_confidence.html)."""
    return wording.chip(confidence)


@dataclass(frozen=True, slots=True)
class Running:
    """The tenant's imports that run or are in line."""

    count: int
    job: ImportJob | None  # the newest of them


@register.simple_tag(takes_context=True)
def running_imports(context: template.RequestContext) -> Running:
    """Return the running imports of the request's tenant; of all, where a page of the admin portal is about none."""
    running = [job for job in _shown_on_every_page(context["request"]) if job.status != ImportJob.Status.PENDING]
    return Running(len(running), running[0] if running else None)


@register.simple_tag(takes_context=True)
def held_imports(context: template.RequestContext) -> str:
    """Return "2 held" if so many of the recurring imports wait for a person, "" if none does."""
    held = sum(job.status == ImportJob.Status.PENDING for job in _shown_on_every_page(context["request"]))
    return f"{held} held" if held else ""


def _shown_on_every_page(request: Any) -> list[ImportJob]:
    """Return what the frame of a page tells of: imports that run or are in line, and those that are held.

    Newest first. One query, however many parts of the frame ask; in the scope of the page, or one of its own where
    there is none.
    """
    if not hasattr(request, "jobs_of_the_frame"):
        tenant = request.tenant or None
        runs = Q(status__in=[ImportJob.Status.QUEUED, ImportJob.Status.PROCESSING])
        is_held = Q(status=ImportJob.Status.PENDING, held__isnull=False)
        with nullcontext() if is_in_scope() else tenant_scope(tenant or ALL):
            jobs = ImportJob.objects.visible_to(request.user)
            # Whose contacts a page is about is who looks after what is held.
            shown = jobs.filter(runs | is_held, tenant=tenant) if tenant else jobs.filter(runs)
            request.jobs_of_the_frame = list(shown.only("id", "progress_percent", "status").order_by("-id"))
    found: list[ImportJob] = request.jobs_of_the_frame
    return found


@register.simple_tag(takes_context=True)
def page_url(context: template.RequestContext, name: str, *args: object) -> str:
    """Return the address of another page in the same portal, about the same tenant."""
    return pages.page_url(context["request"], name, *args)


@register.inclusion_tag("_nav_link.html", takes_context=True)
def nav_link(
    context: template.RequestContext, section: str, page: str, icon_name: str, label: str, badge: str = ""
) -> dict[str, Any]:
    """Return what an entry of the navigation shows: it is the current one on pages of its section."""
    return {
        "badge": badge,
        "url": page_url(context, page),
        "is_current": context.get("section") == section,
        "icon_name": icon_name,
        "label": label,
    }
