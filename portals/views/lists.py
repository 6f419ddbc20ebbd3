"""Contact lists: made, renamed, deleted, and who is on one. The contact's own form puts it on lists."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from contacts import services as contact_services
from contacts.models import ContactList
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.refusals import Conflict
from portals.contact_list import ContactFilter
from portals.list_forms import ListForm
from portals.pages import get_or_post, page_url, show
from portals.views.contacts import contacts_found

_PER_PAGE = 50


@get_or_post
@tenant_required
def lists(request: TenantRequest) -> HttpResponse:
    """Show the lists with how many are on each; make a new one."""
    form = ListForm(request.POST or None)
    if form.is_valid():
        try:
            made = contact_services.create_list(request.tenant, form.cleaned_data["name"])
            messages.success(request, f"Made “{made}”.")
            return redirect(request.path)
        except Conflict as refusal:
            form.refuse(refusal)
    found = ContactList.objects.for_tenant(request.tenant).order_by("name", "pk")
    page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    # Counted for the page's lists alone.
    page.object_list = found.filter(pk__in=[one.pk for one in page]).counted()
    context = {
        "section": "lists",
        "form": form,
        "page": page,
        "lists_url": request.path,
    }
    return show(request, "lists/lists.html", context)


@require_safe
@tenant_required
def contact_list(request: TenantRequest, list_id: UUID) -> HttpResponse:
    """Show who is on a list, as the contacts page would."""
    found = _list_of(request, list_id)
    given = {"search": request.GET.get("search", ""), "list": str(found.pk)}
    form = ContactFilter(given, tenant=request.tenant, only_list=found)
    context = {
        "section": "lists",
        "list": found,
        "export_url": page_url(request, "new-export"),
        "new_import_url": page_url(request, "new-import"),
        **contacts_found(request, form),
    }
    return show(request, "lists/list.html", context)


@get_or_post
@tenant_required
def rename(request: TenantRequest, list_id: UUID) -> HttpResponse:
    found = _list_of(request, list_id)
    form = ListForm(request.POST or None, initial={"name": found.name})
    lists_url = page_url(request, "lists")
    if form.is_valid():
        try:
            contact_services.rename_list(found, form.cleaned_data["name"])
            return go(request, lists_url)
        except Conflict as refusal:
            form.refuse(refusal)
            found = _list_of(request, list_id)
    context = {"section": "lists", "list": found, "form": form, "rename_url": request.path, "back_url": lists_url}
    return show(request, f"lists/{'_rename' if request.htmx else 'rename'}.html", context)


@get_or_post
@tenant_required
def delete(request: TenantRequest, list_id: UUID) -> HttpResponse:
    found = _list_of(request, list_id)
    lists_url = page_url(request, "lists")
    if request.method == "POST":
        contact_services.delete_list(found)
        messages.success(request, f"Deleted “{found}”. Its contacts are still there.")
        return go(request, lists_url)
    context = {"section": "lists", "list": found, "delete_url": request.path, "back_url": lists_url}
    return show(request, f"lists/{'_delete' if request.htmx else 'delete'}.html", context)


def _list_of(request: TenantRequest, list_id: UUID) -> ContactList:
    return get_object_or_404(ContactList.objects.for_tenant(request.tenant).counted(), pk=list_id)
