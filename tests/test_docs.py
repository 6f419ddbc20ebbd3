"""The documents say what the code does, as far as a program can tell."""

from __future__ import annotations

import re

import pytest
import yaml
from django.conf import settings

DOCS = settings.BASE_DIR / "docs"
DOCUMENTS = ("operations.md", "deployment.md", "architecture.md", "api.md", "scaling.md")


def documented() -> set[str]:
    """Return the environment variables of the table of settings."""
    table = (DOCS / "operations.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    first_cells = re.findall(r"^\| (`.+?`) \|", table, re.M)
    return {name for cell in first_cells for name in re.findall("`([A-Z_]+)`", cell)}


def test_every_environment_variable_is_documented_and_no_other():
    source = (settings.BASE_DIR / "irisx/settings.py").read_text()
    read = set(re.findall(r"(?:env\.\w+|environ\.get)\(\s*[\"']([A-Z_]+)[\"']", source))

    assert documented() - {"HOST"} == read


def compose() -> dict:
    return yaml.safe_load((DOCS / "compose.yaml").read_text())


@pytest.mark.parametrize("name", ["web", "worker", "migrate"])
def test_compose_sets_variables_that_exist(name):
    assert compose()["services"][name]["environment"].keys() <= documented()


def test_compose_names_what_it_has():
    whole = compose()
    services = whole["services"]

    for service in services.values():
        assert set(service.get("depends_on", {})) <= services.keys()
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in whole["volumes"] or source == "./tls" or (DOCS / source).exists()
    environment = services["web"]["environment"]
    for variable, host in (("DATABASE_URL", "@postgres:"), ("REDIS_URL", "//redis:"), ("STORAGE_URL", "//s3:")):
        assert host in environment[variable]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#:]+)\)", (DOCS / name).read_text())

    assert [link for link in links if not (DOCS / link).exists()] == []


def test_the_proxys_limit_is_just_over_ours():
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", (DOCS / "nginx.conf").read_text())

    assert settings.REQUEST_MAX_BYTES < int(megabytes) * 1024**2 < settings.REQUEST_MAX_BYTES + 2 * 1024**2
