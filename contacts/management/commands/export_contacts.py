"""`manage.py export_contacts`: a tenant's contacts as a file, by the API's own writers."""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contacts import exports
from contacts.exports import Format, Selection
from contacts.models import ContactList
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Refusal


class Command(BaseCommand):
    help = "Export a tenant's contacts to a file, or to stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", default="acme" if settings.DEBUG else None, required=not settings.DEBUG)
        parser.add_argument("--list", metavar="NAME", help="the contacts of this list only")
        parser.add_argument("--format", choices=[form.value for form in Format], default=Format.CSV.value)
        parser.add_argument("--output", type=Path, metavar="FILE", help="a file instead of stdout")

    def handle(self, *args: Any, **given: Any) -> None:
        tenant = Tenant.objects.filter(slug=given["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {given['tenant']}.")
        selection = Selection(Format(given["format"]), list_id=_list_id(tenant, given["list"]))
        try:
            # Whole before any of it is put out: a refusal leaves no half of a file.
            with exports.as_file(tenant, selection) as file:
                if given["output"]:
                    with given["output"].open("wb") as output:
                        shutil.copyfileobj(file, output)
                else:
                    shutil.copyfileobj(file, sys.stdout.buffer)
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error


def _list_id(tenant: Tenant, name: str | None) -> UUID | None:
    if name is None:
        return None
    with tenant_scope(tenant):
        found = ContactList.objects.for_tenant(tenant).filter(name=name).first()
    if found is None:
        raise CommandError(f"{tenant.name} has no contact list “{name}”.")
    return found.pk
