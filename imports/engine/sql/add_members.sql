-- Put contacts on a list. Who is on it already stays as they are.
-- Parameters: tenant_id, job_id, list_id, contact_ids.
INSERT INTO contact_list_members (tenant_id, contact_list_id, contact_id, import_job_id)
SELECT %(tenant_id)s, %(list_id)s, contact_id, %(job_id)s
FROM unnest(%(contact_ids)s::uuid[]) AS named (contact_id)
ON CONFLICT DO NOTHING
