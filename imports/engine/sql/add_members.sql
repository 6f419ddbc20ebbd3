-- Put contacts on a list. Who is on it already stays as they are; who was deleted meanwhile is left out.
-- Parameters: tenant_id, job_id, list_id, contact_ids.
INSERT INTO contact_list_members (tenant_id, contact_list_id, contact_id, import_job_id)
SELECT tenant_id, %(list_id)s, id, %(job_id)s
FROM contacts
WHERE tenant_id = %(tenant_id)s AND id = ANY(%(contact_ids)s::uuid[])
ORDER BY id
-- Whoever deletes one of them now waits; else the whole chunk would fail at its COMMIT, for the foreign key.
FOR KEY SHARE
ON CONFLICT DO NOTHING
