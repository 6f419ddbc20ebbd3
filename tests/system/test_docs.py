"""The examples of docs/api.md, and the program beside it, run as they are printed against a running system."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

ANA = "ana@acme.example"
DOCS = settings.BASE_DIR / "docs"
# What is under "Webhooks" has a test of its own: it wants an address that can be reached.
DOCUMENT = (DOCS / "api.md").read_text().partition("\n## Webhooks\n")[0]


@pytest.fixture
def environment(system):
    system.await_web()
    return {**os.environ, "IRISX": system.url, "EMAIL": ANA, "PASSWORD": system.sign_ins[ANA][1]}


def examples(language: str) -> str:
    """Return the examples in one language as one program: later ones use what earlier ones made."""
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.S))


def test_shell_examples_run_as_they_are_printed(system, environment, tmp_path):
    # As a person would see it: an answer that is an error ends the program.
    program = 'set -euo pipefail\ncurl() { command curl --fail-with-body -S "$@"; }\n' + examples("bash")

    done = subprocess.run(["bash", "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "errors.csv").open() as file:
        assert [(line["Row"], line["Type"], line["E-Mail"]) for line in csv.DictReader(file)] == [
            ("3", "invalid_email", "nobody")
        ]
    assert "Idempotency-Replayed: true" in done.stdout
    assert system.query("SELECT first_name FROM contacts WHERE email = 'zoe@example.com'") == [("Zoë",)]


def test_python_examples_run_as_they_are_printed(system, environment):
    done = subprocess.run([sys.executable, "-c", examples("python")], env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].endswith(" failed")
    assert lines[0].split()[-2] == "0"
    assert lines[-1] == "100 %"
    assert system.query("SELECT count(*) FROM contacts WHERE phone = '+12125550143'") == [(1,)]


def test_program_imports_a_file_and_fetches_what_failed(system, environment, tmp_path):
    (tmp_path / "people.csv").write_text("Email,First Name\nyves@example.com,Yves\nnobody,Ben\n")
    command = [sys.executable, str(DOCS / "examples/import_contacts.py"), "people.csv", "--url", system.url]
    who = {"IRISX_EMAIL": ANA, "IRISX_PASSWORD": environment["PASSWORD"]}

    done = subprocess.run(command, cwd=tmp_path, env={**environment, **who}, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    # Others imported the same headers before, or did not: then they are remembered.
    assert done.stdout.replace("Same as last time", "Same name").splitlines() == [
        "Email → email: Same name",
        "First Name → first_name: Same name",
        "completed: 2 of 2 rows = 1 created + 0 updated + 0 unchanged + 0 skipped + 1 failed",
        "What failed or was skipped is in errors.csv, with the reasons.",
    ]
    assert "100 %, 2 rows" in done.stderr
    with (tmp_path / "errors.csv").open() as file:
        assert [(line["Row"], line["Email"]) for line in csv.DictReader(file)] == [("3", "nobody")]
    assert system.query("SELECT first_name FROM contacts WHERE email = 'yves@example.com'") == [("Yves",)]


def test_program_says_what_was_refused(system, environment, tmp_path):
    (tmp_path / "people.csv").write_text("")
    command = [sys.executable, str(DOCS / "examples/import_contacts.py"), "people.csv", "--url", system.url]
    who = {"IRISX_EMAIL": ANA, "IRISX_PASSWORD": environment["PASSWORD"]}

    done = subprocess.run(command, cwd=tmp_path, env={**environment, **who}, capture_output=True, text=True)

    assert done.returncode == 1
    assert re.search(r"\(empty_file, request [0-9a-f-]{36}\)", done.stderr)
