-- Write the contacts that the plan updates; the staged row is the whole contact as it will be.
-- Parameters: tenant_id, job_id, now. Not a plain `=`, which can be looked up from either side: expecting a single
-- contact of a tenant that the statistics do not know yet, PostgreSQL would read all contacts of all tenants, and the
-- whole chunk again for each of this one's.
UPDATE contacts AS contact
SET first_name = staged.first_name,
    last_name = staged.last_name,
    email = staged.email,
    phone = staged.phone,
    company = staged.company,
    title = staged.title,
    attributes = staged.attributes,
    last_job_id = %(job_id)s,
    -- It never goes back, whatever the clock does: see update_pairs.sql.
    updated_at = GREATEST(%(now)s, contact.updated_at)
FROM staged_updates AS staged
WHERE contact.id = ANY(ARRAY[staged.id])
  -- The plan's ids come from this tenant already; this is the second wall.
  AND contact.tenant_id = %(tenant_id)s
