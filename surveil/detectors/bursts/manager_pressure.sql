-- model: supervised_accounts
-- One row per account of `quality_cells` and person above its seller on the day of the opening: his supervisor (`level` 1),
-- or the supervisor of that one (2).
SELECT o.account_id AS account_id, MIN(s.supervisor_id) AS supervisor_id, 1 AS level
FROM judged_openings AS o
JOIN assignments AS s
  ON s.rep_id = o.credited_to
 AND s.start_on_day <= o.opened_day
 AND (s.end_on_day IS NULL OR s.end_on_day >= o.opened_day)
WHERE o.is_feature = 0 AND o.poor IS NOT NULL AND s.supervisor_id IS NOT NULL AND s.supervisor_id <> o.credited_to
GROUP BY o.account_id
UNION ALL
SELECT o.account_id, MIN(t.supervisor_id), 2
FROM judged_openings AS o
JOIN assignments AS s
  ON s.rep_id = o.credited_to
 AND s.start_on_day <= o.opened_day
 AND (s.end_on_day IS NULL OR s.end_on_day >= o.opened_day)
JOIN assignments AS t
  ON t.rep_id = s.supervisor_id
 AND t.start_on_day <= o.opened_day
 AND (t.end_on_day IS NULL OR t.end_on_day >= o.opened_day)
WHERE o.is_feature = 0 AND o.poor IS NOT NULL AND s.supervisor_id <> o.credited_to
  AND t.supervisor_id IS NOT NULL AND t.supervisor_id <> s.supervisor_id AND t.supervisor_id <> o.credited_to
GROUP BY o.account_id

-- model: supervised_cells
-- These accounts by who is above, who got the credit, kind of account, month and whether poor.
SELECT s.level AS level, s.supervisor_id AS supervisor_id, o.credited_to AS rep_id, o.family AS family,
       o.branch_kind AS branch_kind, o.month AS month, o.poor AS poor, COUNT(*) AS n
FROM supervised_accounts AS s
JOIN judged_openings AS o ON o.account_id = s.account_id
GROUP BY s.level, s.supervisor_id, o.credited_to, o.family, o.branch_kind, o.month, o.poor

-- model: supervised_items
-- The poor ones of these accounts.
SELECT s.supervisor_id AS supervisor_id, o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id,
       o.branch_id AS branch_id, o.product_code AS product_code, o.opened_day AS opened_day
FROM supervised_accounts AS s
JOIN judged_openings AS o ON o.account_id = s.account_id
WHERE o.poor = 1
