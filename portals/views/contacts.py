"""Contacts: finding them, and what is known of one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from contacts import services as contact_services
from contacts.models import Contact, ContactList
from irisx.accounts.requests import TenantRequest, tenant_required
from portals import contact_list, provenance
from portals.pages import page_url, show


@require_safe
@tenant_required
def contacts(request: TenantRequest) -> HttpResponse:
    form = contact_list.ContactFilter(request.GET, tenant=request.tenant)
    page = form.page(cursor=request.GET.get("after", ""))
    return show(request, "contacts/contacts.html", {"section": "contacts", "form": form, "page": page})


@require_safe
@tenant_required
def contact(request: TenantRequest, contact_id: UUID) -> HttpResponse:
    found = get_object_or_404(Contact.objects.for_tenant(request.tenant), pk=contact_id)
    fields = contact_services.fields_of(request.tenant)
    context = {
        "section": "contacts",
        "contact": found,
        "summary": provenance.summary_of(found),
        "values": provenance.values_of(found, fields),
        "events": provenance.events_of(found, fields, job_url=lambda job_id: page_url(request, "job", job_id)),
        "lists": ContactList.objects.filter(tenant=request.tenant, memberships__contact=found).order_by("name"),
    }
    return show(request, "contacts/contact.html", context)
