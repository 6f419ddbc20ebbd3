"""The first step of an import: where the contacts come from."""

from __future__ import annotations

from django.http import HttpResponse

from irisx.accounts.requests import TenantRequest, tenant_required
from portals.pages import get_or_post
from portals.views import from_airtable, from_file, from_json, from_paste, from_sheet
from portals.ways import way_named

# Name of the way (portals/ways.py) → what answers its form, outside of any scope.
_VIEWS = {
    "file": from_file.answer,
    "paste": from_paste.answer,
    "json": from_json.answer,
    "sheet": from_sheet.answer,
    "airtable": from_airtable.answer,
}


@get_or_post
@tenant_required(in_scope=False)
def new_import(request: TenantRequest) -> HttpResponse:
    return _VIEWS[way_named(request.GET.get("via", "")).name](request)
