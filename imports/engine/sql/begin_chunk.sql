-- What holds for a chunk's transaction. No parameters.
-- Contacts are looked up by index, whatever the statistics say of a table that grows under them. A hash or a merge
-- would read all contacts of all tenants to find those of one chunk.
SET LOCAL enable_seqscan = off;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
-- Plans without an index have a cost on paper that would be thought worth compiling.
SET LOCAL jit = off;
