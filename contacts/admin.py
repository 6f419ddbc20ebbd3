"""Lists and custom fields, for operators to look at. Contacts are their tenants' and are not shown."""

from __future__ import annotations

from django.contrib import admin

from contacts.models import ContactList, CustomField
from irisx.operators import ReadOnlyAdmin


@admin.register(ContactList)
class ContactListAdmin(ReadOnlyAdmin):
    list_display = ("name", "tenant", "created_at")
    list_filter = (("tenant", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("tenant",)
    search_fields = ("name",)
    ordering = ("-id",)


@admin.register(CustomField)
class CustomFieldAdmin(ReadOnlyAdmin):
    list_display = ("key", "label", "type", "tenant", "created_at")
    list_filter = ("type", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant",)
    search_fields = ("key", "label")
    ordering = ("-id",)
