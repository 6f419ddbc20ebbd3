"""Django admin, for those who run the system: what all its pages have in common."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.utils.functional import cached_property

from irisx.accounts import audit
from irisx.accounts.tenancy import ALL, tenant_scope

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    AnyPaginator = Paginator[Any]
else:
    # They know no type parameters when they run.
    ModelAdmin = admin.ModelAdmin
    AnyPaginator = Paginator


class OperatorsSite(admin.AdminSite):
    site_header = "IRISX operators"
    site_title = "IRISX operators"
    index_title = "Everything of every tenant"
    enable_nav_sidebar = False

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let a view be reached by operators alone, and run and render it inside tenant_scope(ALL)."""

        @wraps(view)
        def in_scope(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with tenant_scope(ALL):
                response: HttpResponseBase = view(request, *args, **kwargs)
                # Templates do the queries of lists; left to Django, they would run after the scope.
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
                audit.record_request(request, response, tenant=None, details=_chosen(request))
                return response

        return super().admin_view(in_scope, cacheable)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        # The one page for everybody, where wrong guesses of the present password are counted.
        return redirect("customer:password")


def _chosen(request: HttpRequest) -> dict[str, str | list[str]]:
    """Return which action was taken on which rows of a list."""
    if "action" not in request.POST:
        return {}
    return {"action": request.POST["action"], "rows": request.POST.getlist(ACTION_CHECKBOX_NAME)[:100]}


class BoundedPaginator(AnyPaginator):
    """Pages through the first rows of a list and counts no further: counting a million takes longer than a page may."""

    rows_max = 10_000

    @cached_property
    def count(self) -> int:
        return int(self.object_list[: self.rows_max].count())  # type: ignore[attr-defined]  # a queryset


class ReadOnlyAdmin(ModelAdmin):
    """Shows rows, and changes none. Of a long list the first 10,000 are paged through; search and filters find more."""

    paginator = BoundedPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
