-- Write staged records over the contacts that they update. A blank staged value keeps what is stored.
-- Parameters: tenant_id, job_id, now; row_indexes and contact_ids, of which the one at the same place belongs to it.
UPDATE contacts AS contact
SET first_name = COALESCE(NULLIF(staged.first_name, ''), contact.first_name),
    last_name = COALESCE(NULLIF(staged.last_name, ''), contact.last_name),
    email = COALESCE(NULLIF(staged.email, ''), contact.email),
    phone = COALESCE(NULLIF(staged.phone, ''), contact.phone),
    company = COALESCE(NULLIF(staged.company, ''), contact.company),
    title = COALESCE(NULLIF(staged.title, ''), contact.title),
    attributes = contact.attributes || staged.attributes,
    last_job_id = %(job_id)s,
    updated_at = %(now)s
FROM staged_contacts AS staged
JOIN unnest(%(row_indexes)s::integer[], %(contact_ids)s::uuid[]) AS planned (row_index, contact_id) USING (row_index)
WHERE contact.id = planned.contact_id
  -- The plan's ids come from this tenant already; this is the second wall.
  AND contact.tenant_id = %(tenant_id)s
