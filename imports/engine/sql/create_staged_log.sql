-- The table of lines on their way to the error log.
-- Private to the session, empty after each transaction. Made when it is needed first: each COMMIT empties all that are
-- there, used or not. No parameters.
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
-- It is empty already, unless one transaction around several chunks has kept it from being emptied.
DELETE FROM staged_log;
