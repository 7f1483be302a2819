-- model: consent_missing_items
-- One row per opening by staff that had no consent on record on the day it was opened: days to the first one (empty: none so
-- far) and the days after the opening that the consents' extract covers.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.channel AS channel, o.month AS month,
       o.opened_day AS opened_day, l.lag_days AS lag_days, o.consents_to - o.opened_day AS covered_days
FROM openings AS o
LEFT JOIN consent_lag AS l ON l.account_id = o.account_id
WHERE o.rep_id IS NOT NULL
  AND o.consents_to IS NOT NULL
  AND (l.lag_days IS NULL OR l.lag_days > 0)

-- model: consent_waits
-- One row per opening by staff: days to the first consent (61: later or none) and days covered (61: more; empty: the opening's
-- day is not covered). A table of its own: counted as it is joined, a hundred million would take the memory of both at once.
SELECT o.rep_id AS rep_id, o.product_code AS product_code, o.channel AS channel, o.branch_kind AS branch_kind,
       o.branch_id AS branch_id, o.month AS month,
       CASE WHEN l.lag_days <= 0 THEN 0 WHEN l.lag_days <= 60 THEN l.lag_days ELSE 61 END AS lag_days,
       CASE WHEN o.consents_to - o.opened_day > 60 THEN 61 ELSE o.consents_to - o.opened_day END AS covered_days
FROM openings AS o
LEFT JOIN consent_lag AS l ON l.account_id = o.account_id
WHERE o.rep_id IS NOT NULL

-- model: consent_missing_cells
-- These openings counted by opener, kind of account, branch and month, and by days to the first consent and days covered.
SELECT rep_id, product_code, channel, branch_kind, branch_id, month, lag_days, covered_days, COUNT(*) AS n
FROM consent_waits
GROUP BY rep_id, product_code, channel, branch_kind, branch_id, month, lag_days, covered_days
