-- Add the staged lines to the error log. Parameters: tenant_id, job_id, now.
INSERT INTO import_errors (
    id, tenant_id, import_job_id, row_index, row_number, level, error_type, field, error_message, row_data, created_at
)
SELECT
    id, %(tenant_id)s, %(job_id)s, row_index, row_number, level, error_type, field, error_message, NULLIF(row_data, '{}'), %(now)s
FROM staged_log
