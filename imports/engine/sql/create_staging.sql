-- The tables that a chunk's rows are copied into before anything is locked. Private to the session, empty after each
-- transaction. No parameters.
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
CREATE TEMPORARY TABLE IF NOT EXISTS staged_updates (
    id uuid NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    company text NOT NULL,
    title text NOT NULL,
    attributes jsonb NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_changes (
    contact_id uuid NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_log (
    id uuid NOT NULL,
    row_index integer NOT NULL,
    row_number integer NOT NULL,
    level text NOT NULL,
    error_type text NOT NULL,
    field text NOT NULL,
    error_message text NOT NULL,
    row_data jsonb NOT NULL -- {} for none
) ON COMMIT DELETE ROWS;
-- They are empty already, unless one transaction around several chunks has kept them from being emptied.
DELETE FROM staged_contacts;
DELETE FROM staged_updates;
DELETE FROM staged_changes;
DELETE FROM staged_log;
-- For this transaction: contacts are looked up by index, whatever the statistics say of a table that grows under them.
-- A hash or a merge would read all contacts of all tenants to find those of one chunk.
SET LOCAL enable_seqscan = off;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
-- Plans without an index have a cost on paper that would be thought worth compiling.
SET LOCAL jit = off;
