-- What is due, by lane: the longest due of each, with how many of the lane are on their way.
-- Parameters: now; a_lane, how many of each lane are of interest. Returns id, tenant_id, lane, due_at, has_failed (the endpoint's
-- last one; this delivery, where there is no endpoint), sending (of the lane, by all workers) and tenant_sending.
WITH RECURSIVE lanes AS (
    (
        SELECT tenant_id, lane FROM webhook_deliveries WHERE due_at IS NOT NULL ORDER BY tenant_id, lane LIMIT 1
    )
    UNION ALL
    -- From lane to lane along the index. SELECT DISTINCT would read all 10,000 entries of one that hangs.
    SELECT following.tenant_id, following.lane
    FROM lanes
    CROSS JOIN LATERAL (
        SELECT tenant_id, lane
        FROM webhook_deliveries AS delivery
        WHERE due_at IS NOT NULL AND (delivery.tenant_id, delivery.lane) > (lanes.tenant_id, lanes.lane)
        ORDER BY tenant_id, lane
        LIMIT 1
    ) AS following
)
SELECT
    due.id,
    lanes.tenant_id,
    lanes.lane,
    due.due_at,
    CASE WHEN endpoint.id IS NULL THEN due.attempts > 0 ELSE endpoint.failing_since IS NOT NULL END,
    sending.of_lane,
    sending.of_tenant
FROM lanes
CROSS JOIN LATERAL (
    SELECT id, due_at, attempts
    FROM webhook_deliveries AS delivery
    WHERE delivery.tenant_id = lanes.tenant_id AND delivery.lane = lanes.lane AND due_at <= %(now)s
    ORDER BY due_at, id
    LIMIT %(a_lane)s
) AS due
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE delivery.lane = lanes.lane) AS of_lane, count(*) AS of_tenant
    FROM webhook_deliveries AS delivery
    WHERE delivery.tenant_id = lanes.tenant_id
      -- Those whose worker is lost are due again, and count above.
      AND status = 'sending' AND due_at > %(now)s
) AS sending
LEFT JOIN webhook_endpoints AS endpoint ON endpoint.tenant_id = lanes.tenant_id AND endpoint.id = lanes.lane
ORDER BY lanes.tenant_id, lanes.lane, due.due_at, due.id
