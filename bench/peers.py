"""The same rows into the same table by other importers: django-import-export and pgloader. See README.md."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jobs
import measuring
import people
from figures import Figure
from measuring import Bench, require

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant

BATCH_ROWS = 1_000  # of django-import-export: its default; 5,000 are no faster
ATTRIBUTES = {"City": "city", "Country": "country", "Plan": "plan", "Signup Date": "signup_date"}
COLUMNS = {
    "First Name": "first_name",
    "Last Name": "last_name",
    "Email": "email",
    "Phone": "phone",
    "Company": "company",
    "Title": "title",
}
LOAD = """
LOAD CSV FROM '{path}' WITH ENCODING utf-8 (id, tenant_id, {columns}, attributes)
    INTO postgresql://postgres@unix:{host}:5432/irisx
    TARGET TABLE contacts (id, tenant_id, {columns}, attributes)
    WITH fields enclosed by '"', fields escaped by double-quote, fields terminated by ','
    SET client_encoding to 'utf8';
"""


def require_installed() -> None:
    """End with what to install, unless both peers are there."""
    missing = []
    if find_spec("import_export") is None:
        missing.append(f"{sys.executable} -m pip install --require-hashes -r bench/requirements.txt")
    if shutil.which("pgloader") is None:
        missing.append("apt-get install pgloader (3.6.9 was measured)")
    if missing:
        raise SystemExit("The case “peers” needs what this project does not: " + "; ".join(missing))


def measure(bench: Bench) -> list[Figure]:
    """Import the same file by ours, by django-import-export and by pgloader, in turn, each into empty tables."""
    rows = bench.rows * 3 // 10
    against = f"the same {rows:,} rows, from the file to the last one"
    library = Figure("ours, skip, as fast as django-import-export", against, "at least 4 ×", "6 ×", is_speed=True)
    loader = Figure("ours, skip, as fast as pgloader", against, "at least as fast", "1.3 ×", is_speed=True)
    path, prepared = bench.folder / "people.csv", bench.folder / "prepared.csv"
    kinds = people.make_csv(path, rows)
    for number in range(1, bench.runs + 1):
        measuring.say(f"peers, run {number} of {bench.runs}")
        imported = jobs.import_file(measuring.fresh_tenant(), path, "skip")
        imported.require(created=kinds.new, skipped=kinds.repeated, failed=kinds.failed)
        library.add(imported.all_seconds, seconds_of_library(path, rows))
        loader.add(imported.all_seconds, seconds_of_loader(path, prepared, rows, bench.folder))
    return [library, loader]


# django-import-export ------------------------------------------------------------------------------------------------


def seconds_of_library(path: Path, rows: int) -> float:
    """Return django-import-export's seconds, in a process of its own whose start is not counted."""
    tenant = measuring.fresh_tenant()
    measuring.settle()
    command = [sys.executable, __file__, str(measuring.data_dir()), str(tenant.pk), str(path)]
    seconds = float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    require_all(rows, "django-import-export")
    return seconds


def import_by_library(data_dir: Path, tenant_id: int, path: Path) -> float:
    """Import a file as one would with that library, if speed mattered. Return the seconds, to the commit.

    In bulk, without the differences that its pages show, the contacts of the file's e-mail addresses looked up at once
    and left alone; nothing is normalized, checked or logged.
    """
    measuring.set_up_django(data_dir)
    import tablib
    from django.utils import timezone
    from import_export import fields, instance_loaders, resources

    from contacts.models import Contact
    from irisx.accounts.tenancy import tenant_scope

    class ContactResource(resources.ModelResource):
        class Meta:
            model = Contact
            fields = tuple(COLUMNS.values())
            import_id_fields = ("email",)
            instance_loader_class = instance_loaders.CachedInstanceLoader
            use_bulk = True
            batch_size = BATCH_ROWS
            use_transactions = True
            skip_diff = True
            report_skipped = False

        def after_init_instance(self, instance: Contact, new: bool, row: dict[str, str], **_: Any) -> None:
            instance.tenant_id = tenant_id
            instance.attributes = {key: row[header] for header, key in ATTRIBUTES.items() if row[header]}
            # With the database's defaults in it, Django writes out each value of the INSERT by itself.
            instance.created_at = instance.updated_at = now

        def skip_row(self, instance: Contact, *_: Any) -> bool:
            return not instance._state.adding

    for header, name in COLUMNS.items():
        ContactResource.fields[name] = fields.Field(column_name=header, attribute=name)

    now = timezone.now()
    began = time.monotonic()
    with path.open(encoding="utf-8", newline="") as file, tenant_scope(tenant_id):
        ContactResource().import_data(tablib.Dataset().load(file, format="csv"), raise_errors=True)
    return time.monotonic() - began


# pgloader ------------------------------------------------------------------------------------------------------------


def seconds_of_loader(path: Path, prepared: Path, rows: int, folder: Path) -> float:
    """Return the seconds of the command pgloader, over the same rows, ready for the table as it is."""
    from django.conf import settings

    tenant = measuring.fresh_tenant()
    prepare_for_loader(path, prepared, tenant)
    host = settings.DATABASES["default"]["HOST"]
    command_file = folder / "people.load"
    command_file.write_text(LOAD.format(path=prepared, host=host, columns=", ".join(COLUMNS.values())))
    measuring.settle()
    began = time.monotonic()
    command = ["pgloader", "--quiet", "--root-dir", str(folder / "pgloader"), str(command_file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    require_all(rows, "pgloader")
    return seconds


def prepare_for_loader(path: Path, prepared: Path, tenant: Tenant) -> None:
    """Write a file's rows with id, tenant and attributes, which pgloader does not make. It is not counted."""
    from irisx.ids import uuid7

    with path.open(encoding="utf-8", newline="") as source, prepared.open("w", encoding="utf-8", newline="") as file:
        # Quoted, an empty value is an empty text to pgloader; else NULL.
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        for row in csv.DictReader(source):
            attributes = {key: row[header] for header, key in ATTRIBUTES.items() if row[header]}
            columns = (row[header] for header in COLUMNS)
            writer.writerow([uuid7(), tenant.pk, *columns, json.dumps(attributes, ensure_ascii=False)])


def require_all(rows: int, name: str) -> None:
    ((stored,),) = measuring.query("SELECT count(*) FROM contacts")
    require(stored == rows, f"{name} stored {stored} of {rows} rows.")


if __name__ == "__main__":
    print(import_by_library(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
