"""Measure the table of README.md: each figure beside what it is held against, in turn, as median and range.

    .venv/bin/python bench/table.py [--rows 1000000] [--runs 5] [case …]

Without a case it measures those that its results do not have yet, one after the other, and prints the whole table.
A case that is named is measured again. Results are kept by number of rows and runs.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import measuring
import neighbours
import peers
import reading
import strategies
import system
from figures import Figure, Results, markdown
from measuring import Bench

CASES: dict[str, Callable[[Bench], list[Figure]]] = {
    "strategies": strategies.measure,
    "neighbours": neighbours.measure,
    "reading": reading.measure,
    "system": system.measure,
    "peers": peers.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="case", help=", ".join(CASES))
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="of the largest file; all others are smaller in proportion"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--results", type=Path, default=measuring.ROOT / "var" / "bench", help="a folder (var/bench)")
    given = parser.parse_args()
    if unknown := set(given.cases) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    results = Results(given.results / f"{given.rows}-rows-{given.runs}-runs.json")
    wanted = given.cases or [case for case in CASES if case not in results]
    if "peers" in wanted:
        # Before the rest, which takes an hour.
        peers.require_installed()
    if wanted:
        measure(wanted, given.rows, given.runs, results)
    show(results)


def measure(cases: list[str], rows: int, runs: int, results: Results) -> None:
    """Measure cases and keep the figures of each as soon as it is through."""
    with measuring.private_system():
        for case in cases:
            machine = f"{datetime.now(UTC):%-d %B %Y}: {measuring.machine()}"
            with tempfile.TemporaryDirectory(prefix="irisx-bench-") as folder:
                results.keep(case, machine, CASES[case](Bench(rows, runs, Path(folder))))


def show(results: Results) -> None:
    measured = [case for case in CASES if case in results]
    for machine in dict.fromkeys(results.machine(case) for case in measured):
        print(machine)
    print()
    print(markdown(figure for case in measured for figure in results.figures(case)))


if __name__ == "__main__":
    main()
