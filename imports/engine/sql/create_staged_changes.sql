-- The table of what updates change, on its way to import_changes.
-- Private to the session, empty after each transaction. Made when it is needed first: each COMMIT empties all that are
-- there, used or not. No parameters.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_changes (
    contact_id uuid NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL
) ON COMMIT DELETE ROWS;
-- It is empty already, unless one transaction around several chunks has kept it from being emptied.
DELETE FROM staged_changes;
