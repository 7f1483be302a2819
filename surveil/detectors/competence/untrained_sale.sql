-- model: untrained_sale_items
-- `unmet_clauses` of the firm's own training: one row per sale with one that is not plainly met. `unregistered` 1: a
-- registration that the sale needs is not held either, which is CS01's to list.
SELECT t.feed AS feed, t.item_key AS item_key, t.rep_id AS rep_id, t.customer_id AS customer_id,
       t.account_id AS account_id, t.product_code AS product_code, t.day AS day, t.solicited AS solicited,
       t.known AS known, t.recorded AS recorded, t.late AS late, t.unclear AS unclear, t.unmet AS unmet, t.inactive AS inactive,
       t.ended AS ended, t.later AS later,
       CASE WHEN r.unmet > 0 THEN 1 ELSE 0 END AS unregistered
FROM unmet_clauses AS t
LEFT JOIN unqualified_sale_items AS r ON r.feed = t.feed AND r.item_key = t.item_key
WHERE t.training = 1

-- model: training_sale_counts
-- Sales of products that require the firm's own training, by representatives whose registrations are known, counted by
-- representative and month.
SELECT e.rep_id AS rep_id, e.month AS month, COUNT(*) AS n
FROM regulated_sales AS e
JOIN (SELECT DISTINCT rep_id FROM registration_known) AS n ON n.rep_id = e.rep_id
WHERE e.product_code IN (SELECT product_code FROM requirement_kinds WHERE training = 1)
GROUP BY e.rep_id, e.month
