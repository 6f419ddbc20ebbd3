"""One large file under each strategy, against PostgreSQL's own COPY of the same clean rows. See README.md."""

from __future__ import annotations

from pathlib import Path

import jobs
import measuring
import people
import twin
from figures import Figure
from measuring import Bench, require

BARE_COPY = "bare COPY of the same clean rows into an identical table"
BARE_UPDATE = "bare COPY to staging + UPDATE … FROM of the same rows"
TITLE = "Trainee"


def measure(bench: Bench) -> list[Figure]:
    """Measure as many runs as asked for, each of all strategies, one after the other."""
    figures = {
        "new": Figure(f"{bench.rows:,}-row CSV into an empty tenant, skip", BARE_COPY, "2.0 ×", "1.5 ×"),
        "new, read": Figure("— with reading the file", "the same COPY"),
        "again": Figure("the same file again, skip: every row a duplicate", "the same COPY", "2.8 ×", "1.8 ×"),
        "update": Figure("the same file, another title in each row, update", BARE_UPDATE, "2.0 ×", "1.5 ×"),
        "create_new": Figure("the same file into an empty tenant, create_new", BARE_COPY, "2.0 ×", "1.5 ×"),
        "create_new again": Figure("— and once more, create_new: every row a duplicate", f"{BARE_COPY}, filled alike"),
        "new, memory": Figure("worker's memory over idle: skip", at_most="50 MB", unit="MB"),
        "again, memory": Figure("— skip, every row a duplicate", at_most="50 MB", unit="MB"),
        "update, memory": Figure("— update", at_most="50 MB", unit="MB"),
        "create_new, memory": Figure("— create_new", at_most="50 MB", unit="MB"),
    }
    path, changed = bench.folder / "people.csv", bench.folder / "changed.csv"
    kinds = people.make_csv(path, bench.rows)
    people.with_other_titles(path, changed, TITLE)
    for number in range(1, bench.runs + 1):
        measuring.say(f"strategies, run {number} of {bench.runs}")
        _measure_skip_and_update(figures, path, changed, kinds, bench.folder / "contacts.copy")
        _measure_create_new(figures, path, kinds, bench.folder / "contacts.copy")
    return list(figures.values())


def _measure_skip_and_update(
    figures: dict[str, Figure], path: Path, changed: Path, kinds: people.Kinds, contacts: Path
) -> None:
    tenant = measuring.fresh_tenant()
    first = jobs.import_file(tenant, path, "skip")
    first.require(created=kinds.new, skipped=kinds.repeated, failed=kinds.failed)
    require(twin.save(contacts) == kinds.new, "not every new contact is there.")
    twin.make()
    measuring.settle()
    copy_seconds = twin.copy_in(contacts)
    figures["new"].add(first.seconds, copy_seconds)
    figures["new, read"].add(first.all_seconds, copy_seconds)
    figures["new, memory"].add(first.memory_mb)

    again = jobs.import_file(tenant, path, "skip")
    again.require(skipped=kinds.new + kinds.repeated, failed=kinds.failed)
    ((logged,),) = measuring.query(
        "SELECT count(*) FROM import_errors WHERE import_job_id = %s AND level = 'duplicate'", again.job.pk
    )
    require(logged == again.job.skipped_count, f"{logged} duplicates are in the error log.")
    figures["again"].add(again.seconds, copy_seconds)
    figures["again, memory"].add(again.memory_mb)

    update = jobs.import_file(tenant, changed, "update")
    update.require_sum()
    # A row that repeats an earlier one of the file may find its contact as it would make it.
    require(
        update.job.updated_count >= kinds.new and update.job.success_count == kinds.new + kinds.repeated,
        f"the update counted {update.counts}.",
    )
    require(twin.save_changed(contacts, update.job.pk) == kinds.new, "not every contact was updated.")
    ((titled,),) = measuring.query("SELECT count(*) FROM contacts WHERE title = %s", TITLE)
    require(titled == kinds.new, f"{titled} contacts have the new title.")
    measuring.settle()
    update_seconds, updated = twin.update(contacts)
    require(updated == kinds.new, f"the twin's update changed {updated} rows.")
    figures["update"].add(update.seconds, update_seconds)
    figures["update, memory"].add(update.memory_mb)


def _measure_create_new(figures: dict[str, Figure], path: Path, kinds: people.Kinds, contacts: Path) -> None:
    tenant = measuring.fresh_tenant()
    twin.make()
    for name in ("create_new", "create_new again"):
        imported = jobs.import_file(tenant, path, "create_new")
        imported.require(created=kinds.new + kinds.repeated, failed=kinds.failed)
        twin.save(contacts, where=f"import_job_id = '{imported.job.pk}'")
        measuring.settle()
        figures[name].add(imported.seconds, twin.copy_in(contacts))
        if name == "create_new":
            figures["create_new, memory"].add(imported.memory_mb)
