-- Write the chunk into the ledger. Its key is the second wall against doing a chunk twice.
-- Parameters: tenant_id, job_id, run_no, lo, hi, outcomes, contact_ids.
INSERT INTO import_chunks (tenant_id, import_job_id, run_no, lo, hi, outcomes, contact_ids)
VALUES (%(tenant_id)s, %(job_id)s, %(run_no)s, %(lo)s, %(hi)s, %(outcomes)s, %(contact_ids)s)
