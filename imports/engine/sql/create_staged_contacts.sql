-- The table that a chunk's records are copied into before anything is locked.
-- Private to the session, empty after each transaction. Made when it is needed first: each COMMIT empties all that are
-- there, used or not. No parameters.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_contacts (
    row_index integer NOT NULL,
    id uuid NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    company text NOT NULL,
    title text NOT NULL,
    attributes jsonb NOT NULL
) ON COMMIT DELETE ROWS;
-- It is empty already, unless one transaction around several chunks has kept it from being emptied.
DELETE FROM staged_contacts;
