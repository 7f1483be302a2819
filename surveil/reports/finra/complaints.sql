-- model: finra_complaints
-- One row per complaint received in the period, from anybody.
SELECT
    k.complaint_id AS complaint_id,
    k.received_on_day AS received_on_day,
    k.source AS source,
    k.channel AS channel,
    k.customer_id AS customer_id,
    c.name AS customer_name,
    k.account_id AS account_id,
    k.rep_id AS rep_id,
    k.product_code AS product_code,
    k.problem_code AS problem_code,
    k.category AS category,
    k.narrative AS narrative,
    k.status AS status,
    k.resolution AS resolution,
    k.settled_on_day AS settled_on_day,
    k.amount_paid_cents AS amount_paid_cents
FROM complaints AS k
LEFT JOIN customers AS c ON c.customer_id = k.customer_id
WHERE k.received_on_day BETWEEN :period_from AND :period_to
