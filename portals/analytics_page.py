"""The page of analytics: what the figures say in words, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone

from imports.analytics import figures
from imports.analytics.figures import Cause, Durations, MappedColumns, Period, Rows
from imports.engine.mapping import Basis
from imports.models import ImportJob, ImportJobQuerySet
from portals import wording
from portals.charts import Chart, Rank, bar_chart, line_chart, ranks
from portals.result_page import title_of
from portals.wording import counted

PERIODS = {"7": "7 days", "28": "28 days", "12m": "12 months"}
USUAL_PERIOD = "28"
CAUSES_SHOWN = 6

_TREND_STEPS, _CHANGE_PERCENT = 6, 5  # halves of fewer steps tell no trend, and less change is none
_FEW = 20


class _Words(NamedTuple):
    """What a suggestion rested on, as a line of a list and within a sentence."""

    line: str
    matched: str


_BASES = {
    Basis.SAVED: _Words("A saved mapping", "by a saved mapping"),
    Basis.MEMORY: _Words("What was chosen before", "as chosen before"),
    Basis.EXPORT: _Words("A known system’s export", "as known from their system"),
    Basis.NAME: _Words("The field’s own name", "by their name"),
    Basis.WORDS: _Words("Words of the header", "by words of their header"),
    Basis.VALUES: _Words("Values of the column", "by their values"),
    Basis.MODEL: _Words("The AI model", "by the AI model"),
    Basis.NOTHING: _Words("No field fitted", ""),
}

_STEPS = ("0–2 s", "2–5 s", "5–15 s", "15–60 s", "longer")
_STEPS_SPOKEN = ("under 2 seconds", "in 2 to 5", "in 5 to 15", "in 15 to 60", "over a minute")


class KeyFigure(NamedTuple):
    """One of the key figures: what it is, the number, and what it is measured against."""

    label: str
    number: str
    beside: str


class Table(NamedTuple):
    """The numbers behind a picture."""

    name: str
    head: tuple[str, ...]
    lines: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A section of its own: the finding as its heading, what it was counted on, and a picture of it."""

    key: str  # the id of its heading
    heading: str
    caption: str
    table: Table
    chart: Chart | None = None
    ranks: list[Rank] | None = None
    is_bad: bool = True  # the longer a bar of `ranks`, the worse


class ConfidenceLine(NamedTuple):
    """Columns whose match was shown with one word."""

    chip: wording.Chip
    columns: int
    changed: str


class Mapping(NamedTuple):
    """How well columns were matched."""

    heading: str
    caption: str
    lines: list[ConfidenceLine]


@dataclass(frozen=True, slots=True)
class Analytics:
    """All that the page shows. Without imports in the period there is nothing but `when`."""

    when: str
    key_figures: list[KeyFigure] = field(default_factory=list)
    wide: list[Finding] = field(default_factory=list)  # across the page
    halves: list[Finding] = field(default_factory=list)  # two beside each other
    mapping: Mapping | None = None


def context_of(jobs: ImportJobQuerySet, period_name: str, *, time_zone: str) -> dict[str, Any]:
    """Return what the page shows of the jobs in one of PERIODS, the usual one for a name that is none of them."""
    name = period_name if period_name in PERIODS else USUAL_PERIOD
    period = _period(name, today=timezone.localdate(), time_zone=ZoneInfo(time_zone))
    return {"section": "analytics", "periods": PERIODS, "period": name, "analytics": analytics_of(jobs, period)}


def _period(name: str, *, today: date, time_zone: ZoneInfo) -> Period:
    if name == "12m":
        return Period.months_up_to(today, months=12, time_zone=time_zone)
    return Period.up_to(today, days=int(name), time_zone=time_zone)


def analytics_of(jobs: ImportJobQuerySet, period: Period) -> Analytics:
    """Return what the jobs of the period come to. Five queries, whatever their number."""
    by_step = figures.rows_by_step(jobs, period)
    total = Rows(*map(sum, zip(*by_step.values(), strict=True)))
    when = f"{_span(period)}: {counted(total.imports, 'import')}, {counted(total.processed, 'row')}."
    if not total.processed:
        return Analytics(when)
    times = figures.durations(jobs, period)
    causes = figures.causes(jobs, period)
    columns = figures.mapped_columns(jobs, period)
    halves = [_sources(figures.rows_by_source(jobs, period))]
    if causes:
        halves.insert(0, _causes(causes))
    if times.imports:
        halves.append(_durations(times))
    if bases := _bases(columns):
        halves.append(bases)
    return Analytics(
        when=when,
        key_figures=_key_figures(total, times),
        wide=[_rows(by_step, period), _success(by_step, period, total)],
        halves=halves,
        mapping=_mapping(columns) if columns else None,
    )


def _span(period: Period) -> str:
    """Return "27 October to 23 November 2026, 28 days"."""
    length = "12 months" if period.by_month else counted(period.days, "day")
    return f"{_long(period.first)} to {_long(period.last)} {period.last.year}, {length}"


def _long(day: date) -> str:
    return f"{day.day} {day:%B}"


def _key_figures(total: Rows, times: Durations) -> list[KeyFigure]:
    pace = times.rows_per_second
    return [
        KeyFigure("Rows", f"{total.processed:,}", f"in {counted(total.imports, 'import')}"),
        KeyFigure("Came in", percent(total.success_percent), f"{total.failed:,} failed"),
        KeyFigure("Known already", f"{total.duplicates:,}", _of(total.duplicates, total.processed)),
        KeyFigure(
            "Rows per second", f"{pace:,.0f}" if pace else "–", f"over {counted(times.imports, 'completed import')}"
        ),
    ]


def _rows(by_step: dict[date, Rows], period: Period) -> Finding:
    unit = "month" if period.by_month else "day"
    rows = [step.processed for step in by_step.values()]
    most = max(by_step, key=lambda step: by_step[step].processed)
    description = (
        f"Rows per {unit}: {rows[0]:,} at first, {rows[-1]:,} at last, at most {max(rows):,} {_in(most, period)}."
    )
    return Finding(
        "rows",
        _trend(rows) or f"Most rows came {_in(most, period)}: {max(rows):,}",
        f"Rows per {unit}",
        Table(
            f"Rows per {unit}",
            (unit.capitalize(), "Imports", "Rows", "Failed", "Known already"),
            [
                (_short(step, period), f"{of.imports:,}", f"{of.processed:,}", f"{of.failed:,}", f"{of.duplicates:,}")
                for step, of in by_step.items()
            ],
        ),
        chart=line_chart(rows, [_short(step, period) for step in by_step], description=description),
    )


def _trend(rows: Sequence[int]) -> str:
    """Return how the later half compares with the earlier one; "" where nothing is to be told from it."""
    half = len(rows) // 2
    before, after = sum(rows[:half]), sum(rows[-half:])
    if half < _TREND_STEPS or not before or not after:
        return ""
    change = round(100 * (after - before) / before)
    if abs(change) < _CHANGE_PERCENT:
        return "As many rows came in the later half as in the earlier one"
    return f"{abs(change):,} % {'more' if change > 0 else 'fewer'} rows came in the later half than in the earlier one"


def _success(by_step: dict[date, Rows], period: Period, total: Rows) -> Finding:
    told = [(step, of.success_percent) for step, of in by_step.items() if of.success_percent is not None]
    unit = "month" if period.by_month else "day"
    worst = min(told, key=lambda line: line[1])
    labels = [_short(step, period) for step, _ in told]
    heading = f"{percent(total.success_percent)} of the rows came in" if total.failed else "Every row came in"
    if total.failed and len(told) > 1:
        heading = f"{heading}, fewest {_in(worst[0], period)}"
    return Finding(
        "success",
        heading,
        f"Per cent of the rows of a {unit} that did not fail; {unit}s without rows are left out",
        Table(
            "Success rate",
            (unit.capitalize(), "Came in"),
            [(label, percent(part)) for label, (_, part) in zip(labels, told, strict=True)],
        ),
        chart=line_chart(
            [part for _, part in told],
            labels,
            unit=" %",
            description=f"Success rate: at least {percent(worst[1])}, {_in(worst[0], period)}.",
        )
        if len(told) > 1  # a point is no line
        else None,
    )


def _causes(causes: Sequence[Cause]) -> Finding:
    failed = sum(cause.rows for cause in causes)
    first = causes[0]
    lines = [(title_of(cause.type, cause.field), cause.rows) for cause in causes]
    return Finding(
        "causes",
        f"{_of(first.rows, failed, 'failed rows')}: {lines[0][0]}",
        f"Why {counted(failed, 'row')} failed, mended since or not",
        Table("Causes", ("Cause", "Rows"), [(title, f"{rows:,}") for title, rows in lines]),
        ranks=ranks([(title, rows, f"{rows:,}") for title, rows in lines[:CAUSES_SHOWN]]),
    )


def _sources(by_source: dict[str, Rows]) -> Finding:
    names = dict(ImportJob.SourceType.choices)
    of_a_thousand = {
        names.get(source, source): 1000 * rows.failed / rows.processed
        for source, rows in by_source.items()
        if rows.processed
    }
    cleanest = min(of_a_thousand, key=lambda name: of_a_thousand[name])
    heading = f"{cleanest} brings the cleanest rows" if len(of_a_thousand) > 1 else f"All rows came from {cleanest}"
    shown = sorted(of_a_thousand.items(), key=lambda line: line[1])
    return Finding(
        "sources",
        heading,
        "Failed rows in 1,000, by source",
        Table(
            "Rows by source",
            ("Source", "Imports", "Rows", "Failed", "Known already"),
            [(names.get(source, source), *(f"{number:,}" for number in rows)) for source, rows in by_source.items()],
        ),
        ranks=ranks(
            [(name, share, f"{share:.0f}" if share >= 10 or not share else f"{share:.1f}") for name, share in shown]
        ),
    )


def _durations(times: Durations) -> Finding:
    spoken = ", ".join(f"{count:,} {step}" for count, step in zip(times.by_step, _STEPS_SPOKEN, strict=True))
    return Finding(
        "durations",
        f"Half of the imports are done in {wording.duration(times.median_seconds or 0)}",
        f"{counted(times.imports, 'completed import')} by the time from the first row to the last",
        Table(
            "Imports by time",
            ("Time", "Imports"),
            [(step, f"{count:,}") for step, count in zip(_STEPS, times.by_step, strict=True)],
        ),
        chart=bar_chart(times.by_step, _STEPS, description=f"Imports by time: {spoken}."),
    )


def _mapping(columns: Sequence[MappedColumns]) -> Mapping:
    by_chip: dict[wording.Chip, tuple[int, int]] = {}
    for confidence, _, count, changed in columns:
        chip = wording.chip(confidence)
        before = by_chip.get(chip, (0, 0))
        by_chip[chip] = before[0] + count, before[1] + changed
    total = sum(line.columns for line in columns)
    kept = total - sum(line.changed for line in columns)
    return Mapping(
        f"{_of(kept, total, 'columns')} match without a correction",
        f"{counted(total, 'column')}; how sure the match was, and how often people changed it",
        [
            ConfidenceLine(chip, count, f"{changed:,} ({percent(100 * changed / count)})")
            for chip, (count, changed) in by_chip.items()
        ],
    )


def _bases(columns: Sequence[MappedColumns]) -> Finding | None:
    """Return how well each reason for a suggestion holds; None where no reasons were kept."""
    found: dict[Basis, tuple[int, int]] = {}
    for _, name, count, changed in columns:
        if name:
            basis = Basis(name)
            before = found.get(basis, (0, 0))
            found[basis] = before[0] + count, before[1] + changed
    if not found:
        return None
    total = sum(count for count, _ in found.values())
    # The weakest first: what there is to do something about.
    lines = sorted(found.items(), key=lambda line: (-line[1][1] / line[1][0], -line[1][0]))
    heading = "No match was corrected"
    corrected = [(basis, *counts) for basis, counts in lines if counts[1] and basis is not Basis.NOTHING]
    if corrected:
        worst, count, changed = corrected[0]
        heading = f"{_of(changed, count, f'columns matched {_BASES[worst].matched}')} were corrected"
    return Finding(
        "bases",
        heading,
        f"{counted(total, 'column')} by what the suggestion rested on; per cent that people kept",
        Table(
            "Suggestions by reason",
            ("Reason", "Columns", "Kept", "Changed"),
            [
                (_BASES[basis].line, f"{count:,}", f"{count - changed:,}", f"{changed:,}")
                for basis, (count, changed) in lines
            ],
        ),
        ranks=ranks(
            [
                (_BASES[basis].line, 100 * (count - changed) / count, percent(100 * (count - changed) / count))
                for basis, (count, changed) in lines
            ]
        ),
        is_bad=False,
    )


def _of(part: int, whole: int, noun: str = "") -> str:
    """Return "6 of 10 failed rows", or "61 % of them" without a noun; both numbers as they are where there are few."""
    if not noun:
        return f"{percent(100 * part / whole)} of them" if whole else "of none"
    if whole <= _FEW:
        return f"{part:,} of {whole:,} {noun}"
    tenths = round(10 * part / whole)
    if tenths in (0, 10):
        return f"{percent(100 * part / whole)} of {noun}"
    return f"{tenths} of 10 {noun}"


def percent(part: float | None) -> str:
    """Return 98.76 as "98.8 %". What is not all is never rounded up to it, nor what is not nothing down."""
    if part is None:
        return "–"
    if 0 < part < 0.1:
        return "< 0.1 %"
    text = f"{part:.1f}".removesuffix(".0")
    return "99.9 %" if text == "100" and part < 100 else f"{text} %"


def _short(step: date, period: Period) -> str:
    return f"{step:%b %Y}" if period.by_month else f"{step.day} {step:%b}"


def _in(step: date, period: Period) -> str:
    return f"in {step:%B %Y}" if period.by_month else f"on {_long(step)}"
