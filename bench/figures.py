"""The table's lines: what was measured of us, beside what it is held against, and how they are kept and printed."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

HEADERS = ("case", "held against", "ours", "theirs", "ratio", "at most", "aim")


@dataclass
class Figure:
    """One line. Of each run there is a value of ours, and one of theirs from the same minute where there is a ratio."""

    case: str
    against: str = ""
    at_most: str = ""
    aim: str = ""
    unit: str = "s"
    is_speed: bool = False  # True: the ratio says how many times as fast we are
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    def add(self, ours: float, theirs: float | None = None) -> None:
        """Take in one run."""
        self.ours.append(ours)
        if theirs is not None:
            self.theirs.append(theirs)

    @property
    def ratios(self) -> list[float]:
        pairs = zip(self.ours, self.theirs, strict=True)
        return [theirs / ours if self.is_speed else ours / theirs for ours, theirs in pairs]

    def cells(self) -> list[str]:
        """Return the line as HEADERS has it."""
        digits = 0 if self.unit == "MB" else 2
        has_ratio = bool(self.theirs)
        return [
            self.case,
            self.against,
            with_range(self.ours, digits, self.unit),
            with_range(self.theirs, digits, self.unit) if has_ratio else "",
            f"**{with_range(self.ratios, 2, '×')}**" if has_ratio else "",
            self.at_most,
            self.aim,
        ]


def with_range(values: Sequence[float], digits: int, unit: str) -> str:
    """Return the median, and the lowest and highest in brackets."""
    median, low, high = (f"{value:,.{digits}f}" for value in (statistics.median(values), min(values), max(values)))
    return f"{median} {unit} ({low}–{high})"


def markdown(figures: Iterable[Figure]) -> str:
    lines = [HEADERS, ["---"] * len(HEADERS), *(figure.cells() for figure in figures)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


class Results:
    """The figures of the cases that are measured, in a file, so that a long measurement can be taken up again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cases: dict[str, dict[str, object]] = json.loads(path.read_text()) if path.exists() else {}

    def __contains__(self, case: str) -> bool:
        return case in self._cases

    def keep(self, case: str, machine: str, figures: Sequence[Figure]) -> None:
        """Store a case's figures, in place of earlier ones."""
        self._cases[case] = {"machine": machine, "figures": [asdict(figure) for figure in figures]}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self._cases, ensure_ascii=False, indent=1))

    def figures(self, case: str) -> list[Figure]:
        return [Figure(**stored) for stored in self._cases[case]["figures"]]

    def machine(self, case: str) -> str:
        return str(self._cases[case]["machine"])
