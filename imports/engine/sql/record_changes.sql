-- Keep what updates changed, once per job and contact: the earliest value before, the latest after.
-- Parameters: tenant_id, job_id.
INSERT INTO import_changes AS kept (tenant_id, import_job_id, contact_id, before, after)
SELECT %(tenant_id)s, %(job_id)s, contact_id, before, after
FROM staged_changes
ON CONFLICT (tenant_id, import_job_id, contact_id) DO UPDATE
SET -- What an earlier chunk changed already keeps its first value, also where that was "unknown": no key.
    before = (excluded.before - ARRAY(SELECT jsonb_object_keys(kept.after))) || kept.before,
    after = kept.after || excluded.after
