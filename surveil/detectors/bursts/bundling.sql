-- model: bundles
-- One row per sitting: all that one representative opened (features too) for one customer on one day. `products` opened
-- (6: six or more), `unused` of them (see `account_quality`).
SELECT o.credited_to AS rep_id, o.customer_id AS customer_id, o.opened_day AS opened_day, MIN(o.month) AS month,
       MIN(o.branch_id) AS branch_id, MIN(o.branch_kind) AS branch_kind, MIN(o.channel) AS channel,
       MAX(CASE WHEN u.created_on_day >= o.opened_day - 3 THEN 1 ELSE 0 END) AS is_new,
       CASE WHEN COUNT(*) > 6 THEN 6 ELSE COUNT(*) END AS products, COALESCE(SUM(q.unused), 0) AS unused
FROM openings AS o
LEFT JOIN account_quality AS q ON q.account_id = o.account_id
LEFT JOIN customers AS u ON u.customer_id = o.customer_id
WHERE o.rep_id IS NOT NULL
GROUP BY o.credited_to, o.customer_id, o.opened_day

-- model: bundling_cells
-- Sittings by who got the credit, kind of sitting, branch and month, and by products opened.
SELECT rep_id, is_new, channel, branch_kind, branch_id, month, products, COUNT(*) AS n
FROM bundles
GROUP BY rep_id, is_new, channel, branch_kind, branch_id, month, products

-- model: bundling_uses
-- Openings by who got the credit, product, channel, branch, month, products opened in the same sitting, and whether unused
-- (empty: can't be judged).
SELECT o.credited_to AS rep_id, o.product_code AS product_code, o.channel AS channel, o.branch_kind AS branch_kind,
       o.branch_id AS branch_id, o.month AS month, b.products AS products, q.unused AS unused, COUNT(*) AS n
FROM openings AS o
JOIN bundles AS b ON b.rep_id = o.credited_to AND b.customer_id = o.customer_id AND b.opened_day = o.opened_day
LEFT JOIN account_quality AS q ON q.account_id = o.account_id
WHERE o.rep_id IS NOT NULL
GROUP BY o.credited_to, o.product_code, o.channel, o.branch_kind, o.branch_id, o.month, b.products, q.unused

-- model: bundling_items
-- The unused ones of several opened together, with how many of them are unused.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS opener_id, b.rep_id AS rep_id,
       o.branch_id AS branch_id, o.branch_kind AS branch_kind, o.channel AS channel, o.month AS month,
       o.product_code AS product_code, o.opened_day AS opened_day, b.products AS products, b.unused AS unused_together
FROM openings AS o
JOIN bundles AS b
  ON b.rep_id = o.credited_to AND b.customer_id = o.customer_id AND b.opened_day = o.opened_day AND b.products > 1
JOIN account_quality AS q ON q.account_id = o.account_id AND q.unused = 1
WHERE o.rep_id IS NOT NULL
