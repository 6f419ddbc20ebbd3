-- Insert the staged records that the plan makes contacts of.
-- Parameters: tenant_id, job_id, now, not_inserted (row indexes).
INSERT INTO contacts (
    id, tenant_id, first_name, last_name, email, phone, company, title, attributes,
    import_job_id, last_job_id, created_at, updated_at
)
SELECT
    id, %(tenant_id)s, first_name, last_name, email, phone, company, title, attributes,
    %(job_id)s, %(job_id)s, %(now)s, %(now)s
FROM staged_contacts
WHERE row_index <> ALL(%(not_inserted)s)
