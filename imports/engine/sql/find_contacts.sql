-- Find the oldest contact of each e-mail address and phone number, for strategies that change no contact.
-- Parameters: tenant_id, job_id, emails, phones, ids. Returns id, created_at, email, phone, is_own.
-- A contact that several keys find is returned several times. `email <> ''` must be repeated, or the planner would not
-- use the partial index and read the whole table for each chunk.
(
    SELECT DISTINCT ON (email)
        id, created_at, email, phone, import_job_id IS NOT DISTINCT FROM %(job_id)s AS is_own
    FROM contacts
    WHERE tenant_id = %(tenant_id)s AND email <> '' AND email = ANY(%(emails)s)
    ORDER BY email, created_at, id
)
UNION ALL
(
    SELECT DISTINCT ON (phone)
        id, created_at, email, phone, import_job_id IS NOT DISTINCT FROM %(job_id)s AS is_own
    FROM contacts
    WHERE tenant_id = %(tenant_id)s AND phone <> '' AND phone = ANY(%(phones)s)
    ORDER BY phone, created_at, id
)
UNION ALL
SELECT id, created_at, email, phone, import_job_id IS NOT DISTINCT FROM %(job_id)s AS is_own
FROM contacts
WHERE tenant_id = %(tenant_id)s AND id = ANY(%(ids)s)
