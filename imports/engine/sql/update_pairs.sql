-- Write staged records over the contacts that they are paired with, and keep what that changed.
-- A record and a contact are a pair if either is all that the other can mean: the record's first key finds the contact,
-- its other key is blank or the contact's, too, and no other record of the chunk names either. What becomes of a pair
-- hangs on no other row, so nobody need plan it; all else is left to the plan.
-- Parameters: tenant_id, job_id, now, began (when the import did), entangled (row indexes of the records that share a key
-- with another or name an IRISX ID), ids (the IRISX IDs that are named), by_email, by_phone (whether these are match
-- fields), phone_first (whether the phone decides before the e-mail address). Returns one row: of all staged records, in
-- their order, outcomes (one byte each, as Outcome numbers them; 0 for those that are left to the plan) and contact ids
-- (16 bytes each: of those, the new one).
WITH pair AS (
    SELECT
        staged.row_index,
        contact.ctid AS place,
        contact.id,
        contact.import_job_id IS DISTINCT FROM %(job_id)s AS is_logged,
        contact.updated_at < %(began)s AS is_first,
        -- What the record changes; null where it changes nothing. A blank staged value keeps what is stored.
        NULLIF(NULLIF(staged.first_name, ''), contact.first_name) AS first_name,
        NULLIF(NULLIF(staged.last_name, ''), contact.last_name) AS last_name,
        NULLIF(NULLIF(staged.email, ''), contact.email) AS email,
        NULLIF(NULLIF(staged.phone, ''), contact.phone) AS phone,
        NULLIF(NULLIF(staged.company, ''), contact.company) AS company,
        NULLIF(NULLIF(staged.title, ''), contact.title) AS title,
        -- To compare them takes a third of the time that it takes to put them together.
        CASE
            WHEN staged.attributes <> contact.attributes
            THEN NULLIF(contact.attributes || staged.attributes, contact.attributes)
        END AS attributes,
        contact.first_name AS old_first_name,
        contact.last_name AS old_last_name,
        contact.email AS old_email,
        contact.phone AS old_phone,
        contact.company AS old_company,
        contact.title AS old_title,
        contact.attributes AS old_attributes
    FROM staged_contacts AS staged
    -- Of several contacts with the record's first key, the oldest. With its LIMIT it can only be looked up record by
    -- record, by index, whatever the statistics say. find_contacts.sql says why `email <> ''` is repeated.
    CROSS JOIN LATERAL (
        SELECT ctid, * FROM contacts
        WHERE tenant_id = %(tenant_id)s AND email <> '' AND email = staged.email
          AND %(by_email)s AND NOT (%(phone_first)s AND staged.phone <> '')
        UNION ALL
        SELECT ctid, * FROM contacts
        WHERE tenant_id = %(tenant_id)s AND phone <> '' AND phone = staged.phone
          AND %(by_phone)s AND (%(phone_first)s OR NOT %(by_email)s OR staged.email = '')
        ORDER BY created_at, id
        LIMIT 1
    ) AS contact
    WHERE staged.row_index <> ALL(%(entangled)s)
      AND contact.id <> ALL(%(ids)s::uuid[])
      AND (
          NOT %(by_email)s
          OR staged.email = contact.email
          OR staged.email = '' AND contact.email NOT IN (SELECT email FROM staged_contacts WHERE email <> '')
      )
      AND (
          NOT %(by_phone)s
          OR staged.phone = contact.phone
          OR staged.phone = '' AND contact.phone NOT IN (SELECT phone FROM staged_contacts WHERE phone <> '')
      )
    -- Each of these is worked out once, not wherever it is named below.
    OFFSET 0
),
compared AS MATERIALIZED (
    SELECT
        row_index, place, id, is_logged, is_first,
        first_name, last_name, email, phone, company, title, attributes,
        -- Piece by piece: to make one object of all and strip it of its nulls takes more than the rest of this line.
        CASE WHEN first_name IS NULL OR old_first_name = '' THEN '{}' ELSE jsonb_build_object('first_name', old_first_name) END
        || CASE WHEN last_name IS NULL OR old_last_name = '' THEN '{}' ELSE jsonb_build_object('last_name', old_last_name) END
        || CASE WHEN email IS NULL OR old_email = '' THEN '{}' ELSE jsonb_build_object('email', old_email) END
        || CASE WHEN phone IS NULL OR old_phone = '' THEN '{}' ELSE jsonb_build_object('phone', old_phone) END
        || CASE WHEN company IS NULL OR old_company = '' THEN '{}' ELSE jsonb_build_object('company', old_company) END
        || CASE WHEN title IS NULL OR old_title = '' THEN '{}' ELSE jsonb_build_object('title', old_title) END
        || CASE WHEN attributes IS NULL THEN '{}' ELSE COALESCE((
            SELECT jsonb_object_agg(key, value) FROM jsonb_each(old_attributes)
            WHERE value <> 'null' AND attributes -> key <> value
        ), '{}') END AS before,
        CASE WHEN first_name IS NULL THEN '{}' ELSE jsonb_build_object('first_name', first_name) END
        || CASE WHEN last_name IS NULL THEN '{}' ELSE jsonb_build_object('last_name', last_name) END
        || CASE WHEN email IS NULL THEN '{}' ELSE jsonb_build_object('email', email) END
        || CASE WHEN phone IS NULL THEN '{}' ELSE jsonb_build_object('phone', phone) END
        || CASE WHEN company IS NULL THEN '{}' ELSE jsonb_build_object('company', company) END
        || CASE WHEN title IS NULL THEN '{}' ELSE jsonb_build_object('title', title) END
        || CASE WHEN attributes IS NULL THEN '{}' ELSE (
            SELECT jsonb_object_agg(key, value) FROM jsonb_each(attributes)
            WHERE old_attributes -> key IS DISTINCT FROM value
        ) END AS after
    FROM pair
),
updated AS (
    UPDATE contacts AS contact
    SET first_name = COALESCE(compared.first_name, contact.first_name),
        last_name = COALESCE(compared.last_name, contact.last_name),
        email = COALESCE(compared.email, contact.email),
        phone = COALESCE(compared.phone, contact.phone),
        company = COALESCE(compared.company, contact.company),
        title = COALESCE(compared.title, contact.title),
        attributes = COALESCE(compared.attributes, contact.attributes),
        last_job_id = %(job_id)s,
        -- It never goes back, whatever the clock does: else another import could hide that this one was here before.
        updated_at = GREATEST(%(now)s, contact.updated_at)
    FROM compared
    -- Where it was found, which takes no second look into an index. Nobody has moved it: we hold the tenant's lock.
    WHERE contact.ctid = compared.place
      AND contact.tenant_id = %(tenant_id)s
      AND contact.id = compared.id
      AND compared.after <> '{}'
),
first_changes AS (
    -- Whom nobody has touched since the import began, this import has not changed yet: looking for an earlier line of
    -- theirs would take a third of the time again.
    INSERT INTO import_changes (tenant_id, import_job_id, contact_id, before, after)
    SELECT %(tenant_id)s, %(job_id)s, id, before, after FROM compared WHERE after <> '{}' AND is_logged AND is_first
),
later_changes AS (
    INSERT INTO import_changes AS kept (tenant_id, import_job_id, contact_id, before, after)
    SELECT %(tenant_id)s, %(job_id)s, id, before, after FROM compared WHERE after <> '{}' AND is_logged AND NOT is_first
    -- As in record_changes.sql.
    ON CONFLICT (tenant_id, import_job_id, contact_id) DO UPDATE
    SET before = (excluded.before - ARRAY(SELECT jsonb_object_keys(kept.after))) || kept.before,
        after = kept.after || excluded.after
)
SELECT
    string_agg(CASE WHEN after IS NULL THEN '\x00'::bytea WHEN after = '{}' THEN '\x03' ELSE '\x02' END, '' ORDER BY row_index),
    string_agg(uuid_send(COALESCE(compared.id, staged.id)), '' ORDER BY row_index)
FROM staged_contacts AS staged LEFT JOIN compared USING (row_index)
