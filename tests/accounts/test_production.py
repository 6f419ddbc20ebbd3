"""What refuses to start outside of development, and what is demanded of a site that does start."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from itertools import cycle

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.conf import settings

from irisx import embedded
from irisx.embedded.home import home_of
from irisx.production import check_settings, is_this_machine, site_url_of

KEY = "x9b!qT" * 10
ENCRYPTION_KEY = Fernet.generate_key().decode()
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "imports.example.com",
    "FIELD_ENCRYPTION_KEYS": ENCRYPTION_KEY,
}
NAMES = (*PRODUCTION, "SITE_URL", "EMAIL_URL", "TRUSTED_PROXIES", "DATABASE_URL", "OUTBOUND_ALLOWED_NETWORKS")


def run(*arguments, **environment) -> subprocess.CompletedProcess:
    """Run a program of the project with only these settings; the database is the tests' unless named."""
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**inherited, "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL, **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )


def database_url(role="irisx") -> str:
    url = os.environ.get("DATABASE_URL") or embedded.database_url(settings.DATA_DIR)
    return url.replace("//irisx@", f"//{role}@")


def manage(*arguments, **environment):
    return run("manage.py", *arguments, **environment)


WEB = ("-c", "import irisx.asgi")
WORKER = ("manage.py", "procrastinate", "worker", "--one-shot")
DOORS = [WEB, WORKER, ("manage.py", "up"), ("manage.py", "migrate", "--check")]

WITHOUT = {
    "the default key": ({"SECRET_KEY": ""}, "SECRET_KEY has 0 characters."),
    "a key": ({"SECRET_KEY": None}, "SECRET_KEY is not set, and the default one is known to everybody."),
    "a long key": ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters."),
    "a key to encrypt with": ({"FIELD_ENCRYPTION_KEYS": None}, "FIELD_ENCRYPTION_KEYS is not set"),
    "the default key taken out": (
        {"FIELD_ENCRYPTION_KEYS": f"{ENCRYPTION_KEY},{settings.DEVELOPMENT_ENCRYPTION_KEY}"},
        "the default one is known to everybody",
    ),
    "whole keys": (
        {"FIELD_ENCRYPTION_KEYS": f"{ENCRYPTION_KEY},abc"},
        "Key 2 of FIELD_ENCRYPTION_KEYS is not 32 bytes in URL-safe base64.",
    ),
    "networks that are some": (
        {"OUTBOUND_ALLOWED_NETWORKS": "10.1.0.1/16"},
        "OUTBOUND_ALLOWED_NETWORKS holds what is no network: 10.1.0.1/16 has host bits set.",
    ),
    "host names": ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set."),
    "an address for mails": ({"ALLOWED_HOSTS": "*"}, "SITE_URL is not set"),
    "DEBUG off": (
        {"DEBUG": "1"},
        "DEBUG is on while ALLOWED_HOSTS names more than this machine (imports.example.com).",
    ),
    "DEBUG off, by default": ({"DEBUG": None}, "DEBUG is on while ALLOWED_HOSTS names more than this machine"),
}


@pytest.mark.parametrize(("changes", "sentence"), WITHOUT.values(), ids=WITHOUT.keys())
def test_nothing_starts_without(changes, sentence):
    environment = {name: value for name, value in {**PRODUCTION, **changes}.items() if value is not None}

    refused = manage("check", **environment)

    assert refused.returncode == 1
    assert refused.stderr.startswith("IRISX does not start: ")
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("door", DOORS)
def test_no_door_is_open_with_the_defaults_of_development(door):
    refused = run(*door, DEBUG="0")

    assert refused.returncode != 0
    assert "SECRET_KEY is not set" in refused.stderr
    assert "ALLOWED_HOSTS is not set" in refused.stderr


def test_debug_with_a_database_elsewhere_is_refused():
    refused = manage("check", DEBUG="1", DATABASE_URL="postgres://irisx@db.example.com/irisx")

    assert refused.returncode == 1
    assert "DEBUG is on while the database is on another machine (db.example.com)." in refused.stderr


def test_a_production_site_passes_djangos_deployment_check():
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, TRUSTED_PROXIES="1")

    assert checked.stderr == ""
    assert checked.returncode == 0
    assert "no issues (0 silenced)" in checked.stdout


def test_development_starts_with_no_settings_at_all():
    assert manage("check").returncode == 0


# The database's role -------------------------------------------------------------------------------------------------


@contextmanager
def role(attributes):
    """Make a role with attributes, and remove it afterwards."""
    name = f"made_by_test_{attributes.lower()}"
    with psycopg.connect(
        host=str(home_of(settings.DATA_DIR).socket_dir), user="postgres", dbname="postgres", autocommit=True
    ) as server:
        server.execute(f"DROP ROLE IF EXISTS {name}")
        server.execute(f"CREATE ROLE {name} LOGIN {attributes}")
        try:
            yield name
        finally:
            server.execute(f"DROP ROLE {name}")


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="makes roles, as the embedded server alone allows")
# Each door asks; which attributes are asked about is the same at all of them, and a program takes long to start.
@pytest.mark.parametrize(("door", "attributes"), zip(DOORS, cycle(["SUPERUSER", "BYPASSRLS"]), strict=False))
def test_no_door_is_open_to_a_role_that_policies_do_not_hold(servers, door, attributes):
    with role(attributes) as name:
        refused = run(*door, **PRODUCTION, DATABASE_URL=database_url(name), IRISX_DATA_DIR=str(settings.DATA_DIR))

    assert refused.returncode != 0
    assert f"the database role “{name}” is a superuser or has BYPASSRLS" in refused.stderr


def test_the_web_process_starts_with_a_plain_role(servers):
    assert run(*WEB, **PRODUCTION).returncode == 0


def test_a_database_that_is_away_does_not_keep_the_web_process_from_starting():
    started = run(*WEB, **PRODUCTION, DATABASE_URL="postgres://irisx@127.0.0.1:1/irisx")

    assert started.returncode == 0
    assert "The database does not answer at the start" in started.stderr


# Rules ---------------------------------------------------------------------------------------------------------------


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(Exception, match=r"SECRET_KEY is not set.*ALLOWED_HOSTS is not set"):
        check_settings(
            debug=False,
            secret_key="a",
            development_secret_key="a",
            encryption_keys=[ENCRYPTION_KEY],
            development_encryption_key="",
            allowed_hosts=[],
            site_url="",
            host="",
        )


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (["imports.example.com", "other.example.com"], "https://imports.example.com"),
        ([".example.com"], ""),
        (["*"], ""),
        ([], ""),
    ],
)
def test_site_url_of(hosts, url):
    assert site_url_of(hosts) == url


@pytest.mark.parametrize(
    ("host", "expected"),
    [("", True), ("/run/postgresql", True), ("localhost", True), ("127.0.0.1", True), ("db", False)],
)
def test_is_this_machine(host, expected):
    assert is_this_machine(host) is expected


# What a site in production answers -----------------------------------------------------------------------------------

ASK = """
from django.test import Client
client = Client(SERVER_NAME="imports.example.com")
for path in ("/sign-in/", "/healthz"):
    answer = client.get(path)
    print(answer.status_code, answer.get("Location", ""))
answer = client.get("/sign-in/", HTTP_X_FORWARDED_PROTO="https")
print(answer.status_code, answer.get("Location", ""))
answer = client.get("/sign-in/", secure=True)
print(answer.status_code, answer["Strict-Transport-Security"], answer["Referrer-Policy"])
for cookie in answer.cookies.values():
    print(cookie.key, bool(cookie["secure"]), cookie["samesite"])
print(client.get("/sign-in/", secure=True, SERVER_NAME="evil.example").status_code)
"""
SETUP = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "irisx.settings"
import django
from django.conf import settings
# Not collected here, and not what this is about.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()
"""


def answers(**environment) -> list[str]:
    asked = run("-c", SETUP + ASK, **PRODUCTION, **environment)
    assert asked.returncode == 0, asked.stderr
    return asked.stdout.splitlines()


def test_a_production_site_speaks_https_alone(servers):
    said = answers()

    assert said == [
        "301 https://imports.example.com/sign-in/",
        "200 ",
        "301 https://imports.example.com/sign-in/",  # nobody's word is taken for it
        "200 max-age=31536000; includeSubDomains; preload same-origin",
        "csrftoken True Lax",
        "400",
    ]


def test_behind_a_trusted_proxy_its_word_counts(servers):
    assert answers(TRUSTED_PROXIES="1")[2] == "200 "
