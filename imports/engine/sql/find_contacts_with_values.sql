-- Find every contact that the keys may mean, with all its values: an update may move a key to another contact.
-- The addresses and numbers are those of some rows of staged_contacts. Parameters: tenant_id, job_id, by_email, by_phone
-- (whether these are match fields), rows (their row indexes), ids. Returns id (its 16 bytes), created_at, is_own, the six columns, attributes as text.
-- Of the conditions and of the ids, find_contacts.sql says why they are so.
SELECT
    uuid_send(contact.id),
    contact.created_at,
    contact.import_job_id IS NOT DISTINCT FROM %(job_id)s AS is_own,
    contact.first_name,
    contact.last_name,
    contact.email,
    contact.phone,
    contact.company,
    contact.title,
    contact.attributes::text
FROM contacts AS contact
WHERE contact.tenant_id = %(tenant_id)s
  AND contact.id = ANY(ARRAY(
        SELECT id FROM contacts
        WHERE tenant_id = %(tenant_id)s AND email <> '' AND email = ANY(ARRAY(
          SELECT email FROM staged_contacts WHERE email <> '' AND %(by_email)s AND row_index = ANY(%(rows)s)
      ))
        UNION
        SELECT id FROM contacts
        WHERE tenant_id = %(tenant_id)s AND phone <> '' AND phone = ANY(ARRAY(
          SELECT phone FROM staged_contacts WHERE phone <> '' AND %(by_phone)s AND row_index = ANY(%(rows)s)
      ))
        UNION
        SELECT id FROM contacts
        WHERE tenant_id = %(tenant_id)s AND id = ANY(ARRAY(SELECT unnest(%(ids)s::uuid[])))
  ))
