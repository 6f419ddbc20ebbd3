-- Find the oldest contact of each e-mail address and phone number, for strategies that change no contact.
-- The addresses and numbers are those of staged_contacts. Parameters: tenant_id, job_id, by_email, by_phone (whether
-- these are match fields), ids. Returns id (its 16 bytes), created_at, email, phone, is_own.
-- A contact that several keys find is returned several times. `email <> ''` must be repeated, or the planner would not
-- use the partial index and read the whole table for each chunk. The ids are no constant: of an empty array it knows
-- that it meets any condition, and might take a partial index for it and read all that the tenant has there.
(
    SELECT DISTINCT ON (email)
        uuid_send(id), created_at, email, phone, import_job_id IS NOT DISTINCT FROM %(job_id)s AS is_own
    FROM contacts
    WHERE tenant_id = %(tenant_id)s AND email <> '' AND email = ANY(ARRAY(
          SELECT email FROM staged_contacts WHERE email <> '' AND %(by_email)s
      ))
    ORDER BY email, created_at, id
)
UNION ALL
(
    SELECT DISTINCT ON (phone)
        uuid_send(id), created_at, email, phone, import_job_id IS NOT DISTINCT FROM %(job_id)s AS is_own
    FROM contacts
    WHERE tenant_id = %(tenant_id)s AND phone <> '' AND phone = ANY(ARRAY(
          SELECT phone FROM staged_contacts WHERE phone <> '' AND %(by_phone)s
      ))
    ORDER BY phone, created_at, id
)
UNION ALL
SELECT uuid_send(id), created_at, email, phone, import_job_id IS NOT DISTINCT FROM %(job_id)s AS is_own
FROM contacts
WHERE tenant_id = %(tenant_id)s AND id = ANY(ARRAY(SELECT unnest(%(ids)s::uuid[])))
