"""Addresses of the pages about one tenant's imports and contacts. Both portals have them; each step has its own."""

from __future__ import annotations

from django.urls import path

from portals.views import (
    analytics,
    api_access,
    contacts,
    from_airtable,
    from_file,
    google,
    imports,
    mappings,
    mending,
    new_import,
    source,
)

tenant_pages = [
    path("imports/", imports.history, name="history"),
    path("imports/new/", source.new_import, name="new-import"),
    path("imports/template.csv", from_file.template, name="template"),
    path("imports/google/connect/", google.connect, name="google-connect"),
    path("imports/google/disconnect/", google.disconnect, name="google-disconnect"),
    path("imports/airtable/disconnect/", from_airtable.disconnect, name="airtable-disconnect"),
    path("imports/google/state/", google.state, name="google-state"),
    path("imports/<uuid:job_id>/", imports.job, name="job"),
    path("imports/<uuid:job_id>/map/", new_import.map_columns, name="job-map"),
    path("imports/<uuid:job_id>/map/used/", mappings.use, name="job-use-mapping"),
    path("imports/<uuid:job_id>/map/field/<int:index>/", new_import.add_field, name="job-add-field"),
    path("imports/<uuid:job_id>/read/", new_import.read_again, name="job-read"),
    path("imports/<uuid:job_id>/review/", new_import.review, name="job-review"),
    path("imports/<uuid:job_id>/start/", new_import.start, name="job-start"),
    path("imports/<uuid:job_id>/progress/", imports.progress, name="job-progress"),
    path("imports/<uuid:job_id>/snapshot/", imports.snapshot, name="job-snapshot"),
    path("imports/<uuid:job_id>/progress/head/", imports.head, name="job-head"),
    path("imports/<uuid:job_id>/pause/", imports.pause, name="job-pause"),
    path("imports/<uuid:job_id>/resume/", imports.resume, name="job-resume"),
    path("imports/<uuid:job_id>/cancel/", imports.cancel, name="job-cancel"),
    path("imports/<uuid:job_id>/retry/", imports.retry, name="job-retry"),
    path("imports/<uuid:job_id>/result/", imports.result, name="job-result"),
    path("imports/<uuid:job_id>/save-mapping/", mappings.save, name="job-save-mapping"),
    path("imports/<uuid:job_id>/rows/", imports.rows, name="job-rows"),
    path("imports/<uuid:job_id>/mend/", mending.mend, name="job-mend"),
    path("imports/<uuid:job_id>/mend/rows/<int:row_index>/", mending.mend_row, name="job-mend-row"),
    path("imports/<uuid:job_id>/mend/undo/<uuid:edit_id>/", mending.undo, name="job-mend-undo"),
    path("imports/<uuid:job_id>/errors.csv", imports.error_log, name="job-errors"),
    path("imports/<uuid:job_id>/delete/", imports.delete, name="job-delete"),
    path("imports/<uuid:job_id>/restore/", imports.restore, name="job-restore"),
    path("api/", api_access.access, name="api"),
    path("analytics/", analytics.analytics, name="analytics"),
    path("mappings/", mappings.mappings, name="mappings"),
    path("mappings/<uuid:mapping_id>/", mappings.mapping, name="mapping"),
    path("mappings/<uuid:mapping_id>/delete/", mappings.delete, name="delete-mapping"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/<uuid:contact_id>/", contacts.contact, name="contact"),
]
