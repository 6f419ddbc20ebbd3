-- Write staged records over the contacts that they are paired with, and keep what that changed.
-- A record and a contact are a pair if either is all that the other can mean: the record's first key finds the contact,
-- its other key is blank or the contact's, too, and no other record of the chunk names either. What becomes of a pair
-- hangs on no other row, so nobody need plan it; all else is left to the plan.
-- Parameters: tenant_id, job_id, now, began (when the import did), entangled (row indexes of the records that share a key
-- with another or name an IRISX ID), ids (the IRISX IDs that are named), by_email, by_phone (whether these are match
-- fields), phone_first (whether the phone decides before the e-mail address). Returns one row: of all pairs, in one
-- order, row indexes (4 bytes each), contact ids (16 bytes each) and outcomes (one byte each, as Outcome numbers them);
-- nulls if there are none.
WITH pair AS (
    SELECT
        staged.row_index,
        contact.ctid,
        contact.id,
        contact.import_job_id,
        contact.updated_at,
        -- A blank staged value keeps what is stored.
        COALESCE(NULLIF(staged.first_name, ''), contact.first_name) AS first_name,
        COALESCE(NULLIF(staged.last_name, ''), contact.last_name) AS last_name,
        COALESCE(NULLIF(staged.email, ''), contact.email) AS email,
        COALESCE(NULLIF(staged.phone, ''), contact.phone) AS phone,
        COALESCE(NULLIF(staged.company, ''), contact.company) AS company,
        COALESCE(NULLIF(staged.title, ''), contact.title) AS title,
        -- To compare them takes a third of the time that it takes to put them together.
        CASE
            WHEN contact.attributes = staged.attributes THEN contact.attributes
            ELSE contact.attributes || staged.attributes
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
),
compared AS MATERIALIZED (
    SELECT
        *,
        (first_name, last_name, email, phone, company, title, attributes)
        <> (old_first_name, old_last_name, old_email, old_phone, old_company, old_title, old_attributes) AS is_changed
    FROM pair
),
updated AS (
    UPDATE contacts AS contact
    SET first_name = compared.first_name,
        last_name = compared.last_name,
        email = compared.email,
        phone = compared.phone,
        company = compared.company,
        title = compared.title,
        attributes = compared.attributes,
        last_job_id = %(job_id)s,
        updated_at = %(now)s
    FROM compared
    -- Where it was found, which takes no second look into an index. Nobody has moved it: we hold the tenant's lock.
    WHERE contact.ctid = compared.ctid
      AND contact.tenant_id = %(tenant_id)s
      AND contact.id = compared.id
      AND compared.is_changed
),
change AS (
    SELECT
        id,
        updated_at < %(began)s AS is_first,
        -- Piece by piece: to make one object of all and strip it of its nulls takes more than the rest of this line.
        CASE WHEN first_name <> old_first_name AND old_first_name <> '' THEN jsonb_build_object('first_name', old_first_name) ELSE '{}' END
        || CASE WHEN last_name <> old_last_name AND old_last_name <> '' THEN jsonb_build_object('last_name', old_last_name) ELSE '{}' END
        || CASE WHEN email <> old_email AND old_email <> '' THEN jsonb_build_object('email', old_email) ELSE '{}' END
        || CASE WHEN phone <> old_phone AND old_phone <> '' THEN jsonb_build_object('phone', old_phone) ELSE '{}' END
        || CASE WHEN company <> old_company AND old_company <> '' THEN jsonb_build_object('company', old_company) ELSE '{}' END
        || CASE WHEN title <> old_title AND old_title <> '' THEN jsonb_build_object('title', old_title) ELSE '{}' END
        || CASE WHEN attributes = old_attributes THEN '{}' ELSE COALESCE((
            SELECT jsonb_object_agg(key, value) FROM jsonb_each(old_attributes) WHERE attributes -> key <> value
        ), '{}') END AS before,
        CASE WHEN first_name <> old_first_name THEN jsonb_build_object('first_name', first_name) ELSE '{}' END
        || CASE WHEN last_name <> old_last_name THEN jsonb_build_object('last_name', last_name) ELSE '{}' END
        || CASE WHEN email <> old_email THEN jsonb_build_object('email', email) ELSE '{}' END
        || CASE WHEN phone <> old_phone THEN jsonb_build_object('phone', phone) ELSE '{}' END
        || CASE WHEN company <> old_company THEN jsonb_build_object('company', company) ELSE '{}' END
        || CASE WHEN title <> old_title THEN jsonb_build_object('title', title) ELSE '{}' END
        || CASE WHEN attributes = old_attributes THEN '{}' ELSE (
            SELECT jsonb_object_agg(key, value) FROM jsonb_each(attributes)
            WHERE old_attributes -> key IS DISTINCT FROM value
        ) END AS after
    FROM compared
    WHERE is_changed AND import_job_id IS DISTINCT FROM %(job_id)s
),
first_changes AS (
    -- Whom nobody has touched since the import began, this import has not changed yet: looking for an earlier line of
    -- theirs would take a third of the time again.
    INSERT INTO import_changes (tenant_id, import_job_id, contact_id, before, after)
    SELECT %(tenant_id)s, %(job_id)s, id, before, after FROM change WHERE is_first
),
later_changes AS (
    INSERT INTO import_changes AS kept (tenant_id, import_job_id, contact_id, before, after)
    SELECT %(tenant_id)s, %(job_id)s, id, before, after FROM change WHERE NOT is_first
    -- As in record_changes.sql.
    ON CONFLICT (tenant_id, import_job_id, contact_id) DO UPDATE
    SET before = (excluded.before - ARRAY(SELECT jsonb_object_keys(kept.after))) || kept.before,
        after = kept.after || excluded.after
)
SELECT
    string_agg(int4send(row_index), ''),
    string_agg(uuid_send(id), ''),
    string_agg(CASE WHEN is_changed THEN '\x02'::bytea ELSE '\x03'::bytea END, '')
FROM compared
