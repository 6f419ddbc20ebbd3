"""A contact list that an import's form names and that is made with the import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from contacts import services as contact_services
from contacts.models import ContactList
from imports.options import ImportOptions
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import tenant_scope
from portals.forms import OptionsForm


@contextmanager
def with_new_list(tenant: Tenant, form: OptionsForm, *, over: ImportOptions | None = None) -> Iterator[ImportOptions]:
    """Give the form's options, with the list that it names, made if it is new.

    A list that was made is taken back if the block raises: the import did not come to be.
    """
    options, name = form.options(over=over), form.cleaned_data["new_list"]
    if not name:
        yield options
        return
    with tenant_scope(tenant):
        is_new = not ContactList.objects.for_tenant(tenant).filter(name=name).exists()
        chosen = contact_services.list_named(tenant, name)
    try:
        yield replace(options, list_id=chosen.pk)
    except BaseException:
        if is_new:
            contact_services.delete_list(chosen)
        raise
