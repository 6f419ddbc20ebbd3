"""Contacts: finding them, what is known of one; adding, changing and deleting one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from contacts import services as contact_services
from contacts.models import Contact, ContactList
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.refusals import Refusal
from portals import contact_columns, contact_list, provenance
from portals.column_form import ColumnsForm
from portals.contact_form import ContactForm
from portals.pages import get_or_post, page_url, show


@require_safe
@tenant_required
def contacts(request: TenantRequest) -> HttpResponse:
    context = {
        "section": "contacts",
        "columns_url": page_url(request, "contact-columns"),
        "export_url": page_url(request, "new-export"),
        "add_url": page_url(request, "new-contact"),
        **contacts_found(request, contact_list.ContactFilter(request.GET, tenant=request.tenant)),
    }
    return show(request, "contacts/contacts.html", context)


def contacts_found(request: TenantRequest, form: contact_list.ContactFilter) -> dict[str, Any]:
    """Return what contacts/_found.html shows: the page that was asked for, in the order that was, of what is found."""
    fields = contact_services.fields_of(request.tenant)
    sort = request.GET.get("sort", "")
    order = contact_list.order_of(sort)
    page = form.page(cursor=request.GET.get("after", ""), order=order)
    columns = contact_columns.chosen_columns(request, fields)
    return {
        "form": form,
        "page": page,
        "sort": sort,
        "heads": contact_list.heads_of(columns, page, order, form.query),
        "lines": contact_list.lines_of(page, columns, fields, request.tenant),
    }


@get_or_post
@tenant_required
def columns(request: TenantRequest) -> HttpResponse:
    """Ask which columns are shown, in the dialog or on a page of its own, and have the browser keep the answer."""
    fields = contact_services.fields_of(request.tenant)
    contacts_url = page_url(request, "contacts")
    # Back to the page that asked, with its filters; to no other host.
    asked = request.POST.get("back", "") or request.htmx.current_url or request.headers.get("Referer", "")
    back_url = asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}) else contacts_url
    shown = [column.key for column in contact_columns.chosen_columns(request, fields)]
    form = ColumnsForm(request.POST or None, fields=fields, initial={"columns": shown})
    if form.is_valid():
        response = go(request, back_url)
        contact_columns.remember(response, form.cleaned_data["columns"])
        return response
    context = {"section": "contacts", "form": form, "columns_url": request.path, "back_url": back_url}
    return show(request, f"contacts/{'_columns' if request.htmx else 'columns'}.html", context)


@require_safe
@tenant_required
def contact(request: TenantRequest, contact_id: UUID) -> HttpResponse:
    found = _contact_of(request, contact_id)
    fields = contact_services.fields_of(request.tenant)
    events = provenance.events_of(found, fields, job_url=lambda job_id: page_url(request, "job", job_id))
    context = {
        "section": "contacts",
        "contact": found,
        "summary": provenance.summary_of(found),
        "values": provenance.values_of(found, fields, events),
        "events": events,
        "lists": ContactList.objects.filter(tenant=request.tenant, memberships__contact=found).order_by("name"),
        "edit_url": page_url(request, "edit-contact", found.pk),
        "delete_url": page_url(request, "delete-contact", found.pk),
    }
    return show(request, "contacts/contact.html", context)


def _contact_of(request: TenantRequest, contact_id: UUID) -> Contact:
    return get_object_or_404(Contact.objects.for_tenant(request.tenant), pk=contact_id)


@get_or_post
@tenant_required
def new_contact(request: TenantRequest) -> HttpResponse:
    fields = contact_services.fields_of(request.tenant)
    form = ContactForm(request.POST or None, tenant=request.tenant, fields=fields)
    duplicate = ""
    if form.is_valid():
        try:
            made = contact_services.create_contact(
                request.tenant,
                form.texts,
                list_ids=form.list_ids,
                allow_duplicate=form.cleaned_data["allow_duplicate"],
            )
            messages.success(request, f"Added “{made}”.")
            return redirect(page_url(request, "contact", made.pk))
        except Refusal as refusal:
            duplicate = _refuse(request, form, refusal)
    return _show_form(request, form, duplicate, back_url=page_url(request, "contacts"))


@get_or_post
@tenant_required
def edit_contact(request: TenantRequest, contact_id: UUID) -> HttpResponse:
    found = _contact_of(request, contact_id)
    fields = contact_services.fields_of(request.tenant)
    form = ContactForm(request.POST or None, tenant=request.tenant, fields=fields, contact=found)
    contact_url = page_url(request, "contact", found.pk)
    duplicate = ""
    if form.is_valid() and form.is_stale:
        form.ask_again()
    elif form.is_valid():
        try:
            contact_services.update_contact(
                found, form.texts, list_ids=form.list_ids, allow_duplicate=form.cleaned_data["allow_duplicate"]
            )
            messages.success(request, "Saved.")
            return redirect(contact_url)
        except Refusal as refusal:
            duplicate = _refuse(request, form, refusal)
    return _show_form(request, form, duplicate, back_url=contact_url)


def _refuse(request: TenantRequest, form: ContactForm, refusal: Refusal) -> str:
    """Say at the form why it was refused; return the address of the contact that has the same, "" for none."""
    if refusal.code != "duplicate_contact":
        form.refuse(refusal)
        return ""
    form.add_error(str(refusal.details["field"]), "Another contact has this already.")
    return page_url(request, "contact", refusal.details["contact_id"])


def _show_form(request: TenantRequest, form: ContactForm, duplicate_url: str, *, back_url: str) -> HttpResponse:
    context: dict[str, Any] = {
        "section": "contacts",
        "form": form,
        "contact": form.contact,
        "duplicate_url": duplicate_url,
        "form_url": request.path,
        "back_url": back_url,
    }
    return show(request, "contacts/edit.html", context)


@get_or_post
@tenant_required
def delete_contact(request: TenantRequest, contact_id: UUID) -> HttpResponse:
    found = _contact_of(request, contact_id)
    if request.method == "POST":
        contact_services.delete_contact(found)
        messages.success(request, f"Deleted “{found}”.")
        return go(request, page_url(request, "contacts"))
    context = {
        "section": "contacts",
        "contact": found,
        "delete_url": request.path,
        "back_url": page_url(request, "contact", found.pk),
    }
    return show(request, f"contacts/{'_delete' if request.htmx else 'delete'}.html", context)
