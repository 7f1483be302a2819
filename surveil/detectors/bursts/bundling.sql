-- model: bundles
-- One row per sitting with several products: what one representative opened (features too) for one customer on one day.
-- `products` opened (6: six or more), `unused` of them (see `judged_openings`).
SELECT credited_to AS rep_id, customer_id, opened_day, MIN(month) AS month, MIN(branch_id) AS branch_id,
       MIN(branch_kind) AS branch_kind, MIN(channel) AS channel,
       MAX(CASE WHEN customer_since_day >= opened_day - 3 THEN 1 ELSE 0 END) AS is_new,
       MIN(together) AS products, COALESCE(SUM(unused), 0) AS unused
FROM judged_openings
WHERE together > 1
GROUP BY credited_to, customer_id, opened_day

-- model: bundling_cells
-- Sittings by who got the credit, kind of sitting, branch and month, and by products opened.
SELECT rep_id, is_new, channel, branch_kind, branch_id, month, products, COUNT(*) AS n
FROM bundles
GROUP BY rep_id, is_new, channel, branch_kind, branch_id, month, products
UNION ALL
SELECT credited_to, CASE WHEN customer_since_day >= opened_day - 3 THEN 1 ELSE 0 END, channel, branch_kind, branch_id,
       month, 1, COUNT(*)
FROM judged_openings
WHERE together = 1
GROUP BY credited_to, CASE WHEN customer_since_day >= opened_day - 3 THEN 1 ELSE 0 END, channel, branch_kind, branch_id, month

-- model: bundling_uses
-- Openings by who got the credit, product, channel, branch, month, products opened in the same sitting, and whether unused
-- (empty: can't be judged).
SELECT credited_to AS rep_id, product_code, channel, branch_kind, branch_id, month, together AS products, unused,
       COUNT(*) AS n
FROM judged_openings
GROUP BY credited_to, product_code, channel, branch_kind, branch_id, month, together, unused

-- model: bundling_items
-- The unused ones of several opened together, with how many of them are unused.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS opener_id, b.rep_id AS rep_id,
       o.branch_id AS branch_id, o.branch_kind AS branch_kind, o.channel AS channel, o.month AS month,
       o.product_code AS product_code, o.opened_day AS opened_day, b.products AS products, b.unused AS unused_together
FROM judged_openings AS o
JOIN bundles AS b
  ON b.rep_id = o.credited_to AND b.customer_id = o.customer_id AND b.opened_day = o.opened_day
WHERE o.unused = 1 AND o.together > 1
