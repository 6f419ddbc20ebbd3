from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from imports import reading
from imports.engine.errors import SourceRejected
from imports.engine.readers import ReadingOptions
from imports.engine.rows_file import open_rows_file
from irisx.refusals import Unavailable

DATA = Path(__file__).parents[1] / "data"
PEOPLE = "Name,Email\nAna,a@example.com\nBo,b@example.com\n"


@pytest.fixture(autouse=True)
def _own_slots(tmp_path, monkeypatch):
    """Keep this test's places for reading apart from those of a running system."""
    monkeypatch.setattr(reading.tempfile, "gettempdir", lambda: str(tmp_path))


@pytest.fixture
def rows_path(tmp_path):
    return tmp_path / "rows"


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return path


def read(path, rows_path):
    return reading.read_in_child(path, rows_path, ReadingOptions())


def refusal(path, rows_path):
    before = psutil.Process().children()
    with pytest.raises(SourceRejected) as rejected:
        read(path, rows_path)
    assert not rows_path.exists()
    # The database may be a child of ours, too.
    assert set(psutil.Process().children()) <= set(before)
    return rejected.value


def test_a_file_is_read_in_a_child(people, rows_path):
    summary = read(people, rows_path)

    assert (summary.type, summary.total_rows) == ("csv", 2)
    assert list(open_rows_file(rows_path).rows()) == [(2, ["Ana", "a@example.com"]), (3, ["Bo", "b@example.com"])]


def test_it_works_from_any_folder(people, rows_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert read(Path("people.csv"), Path("rows")).total_rows == 2


def test_a_refusal_comes_back_with_its_details(people, rows_path, settings):
    settings.UPLOAD_MAX_BYTES = 10

    rejected = refusal(people, rows_path)

    assert (rejected.code, rejected.details) == ("file_too_large", {"limit": 10})


def test_a_sheet_that_asks_for_all_memory_ends_the_child_only(people, rows_path):
    assert refusal(DATA / "last-cell-used.xlsx", rows_path).code == "sheet_too_large"
    assert read(people, rows_path).total_rows == 2


def test_too_little_memory_is_said_in_words(tmp_path, rows_path, settings):
    settings.READ_SOURCE_MEMORY_BYTES = 96 * 1024 * 1024
    wide = tmp_path / "wide.csv"
    wide.write_text("a," * 8_000_000 + "\n")

    assert refusal(wide, rows_path).code == "sheet_too_large"


def test_a_small_file_gets_little_memory(settings):
    settings.READ_SOURCE_MEMORY_BYTES = 1024 * 1024 * 1024

    assert reading._memory_bytes(1_000_000) < 300 * 1024 * 1024
    assert reading._memory_bytes(50_000_000) == settings.READ_SOURCE_MEMORY_BYTES


def test_a_crash_is_a_refusal(people, rows_path, monkeypatch):
    monkeypatch.setattr(reading, "CHILD", (sys.executable, "-c", "import os; os.abort()"))

    assert refusal(people, rows_path).code == "parser_crashed"


def test_what_a_child_says_as_it_dies_is_not_logged_but_its_error_is(people, rows_path, monkeypatch, caplog):
    monkeypatch.setattr(reading, "CHILD", (sys.executable, "-c", "raise LookupError('canary@example.com')"))

    assert refusal(people, rows_path).code == "parser_crashed"
    assert "LookupError" in caplog.text
    assert "canary" not in caplog.text


def test_a_child_that_takes_too_long_is_killed(people, rows_path, monkeypatch, settings):
    settings.READ_SOURCE_TIMEOUT_SECONDS = 0.2
    monkeypatch.setattr(reading, "CHILD", (sys.executable, "-c", "import signal; signal.pause()"))

    assert refusal(people, rows_path).code == "parser_crashed"


def test_a_child_that_computes_for_ever_is_ended_by_its_own_limit(people, rows_path, monkeypatch, settings):
    program = "from imports.engine.read_source import limit_resources; limit_resources(2**30, 1)\nwhile True: pass"
    settings.READ_SOURCE_TIMEOUT_SECONDS = 60
    monkeypatch.setattr(reading, "CHILD", (sys.executable, "-c", program))

    rejected = refusal(people, rows_path)

    assert rejected.code == "parser_crashed"
    assert "within 60 seconds" in rejected.message


def test_the_child_knows_none_of_our_secrets(people, rows_path, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    program = f"import os; open({str(tmp_path / 'environment')!r}, 'w').write(repr(dict(os.environ))); os.abort()"
    monkeypatch.setattr(reading, "CHILD", (sys.executable, "-c", program))

    refusal(people, rows_path)

    assert "canary" not in (tmp_path / "environment").read_text()


def test_the_child_loads_no_django():
    program = (
        "import sys; from imports.engine.read_source import answer; from imports.engine.readers import delimited;"
        "print([name for name in ('django', 'python_calamine', 'psycopg') if name in sys.modules])"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert child.stdout == "[]\n"


def test_as_many_files_are_read_at_once_as_there_are_cores(people, rows_path, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    with reading.reading_slot(), reading.reading_slot(), pytest.raises(Unavailable) as busy, reading.reading_slot(0):
        pass
    with reading.reading_slot(0):
        assert read(people, rows_path).total_rows == 2

    assert (busy.value.code, busy.value.status) == ("reading_busy", 503)
    assert busy.value.details == {"retry_after": reading.RETRY_AFTER_SECONDS}


def _hold_slot(folder, holding, done):
    reading.tempfile.gettempdir = lambda: folder
    with reading.reading_slot():
        holding.set()
        done.wait()


def test_a_place_is_shared_by_processes_and_free_when_one_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    context = multiprocessing.get_context("fork")
    holding, done = context.Event(), context.Event()
    other = context.Process(target=_hold_slot, args=(str(tmp_path), holding, done))
    other.start()
    assert holding.wait(30)

    with pytest.raises(Unavailable), reading.reading_slot(0):
        pass
    other.kill()
    other.join()

    with reading.reading_slot(0):
        pass


def test_a_folder_that_others_can_write_to_is_not_used(tmp_path):
    (tmp_path / f"irisx-reading-{os.getuid()}").mkdir(mode=0o777)
    (tmp_path / f"irisx-reading-{os.getuid()}").chmod(0o777)

    with pytest.raises(Unavailable), reading.reading_slot(0):
        pass
