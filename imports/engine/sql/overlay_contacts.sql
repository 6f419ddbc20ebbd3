-- Write staged records over the contacts that they update. A blank staged value keeps what is stored.
-- Parameters: tenant_id, job_id, now, first (a row index), contact_ids (that of row `first`, of the next, and so on;
-- zeros for a row that updates none: a null among them would make each look into the array walk through it).
-- Not a plain `=`, which can be looked up from either side: expecting a single contact of a tenant that the statistics
-- do not know yet, PostgreSQL would read all contacts of all tenants, and the whole chunk again for each of this one's.
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
WHERE contact.id = ANY(ARRAY[(%(contact_ids)s::uuid[])[staged.row_index - %(first)s + 1]])
  -- The plan's ids come from this tenant already; this is the second wall.
  AND contact.tenant_id = %(tenant_id)s
