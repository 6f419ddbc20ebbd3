-- What holds for a chunk's transaction. No parameters.
-- Contacts are looked up by index, whatever the statistics say of a table that grows under them.
SET LOCAL enable_seqscan = off;
-- Plans without an index have a cost on paper that would be thought worth compiling.
SET LOCAL jit = off;
