-- model: period_end_uses
-- One row per opening (not features) that somebody got the credit for, in goal periods that ended by the as-of day: the business
-- days left in the period (5: five or more) and whether the account was used within :after_life_days days (empty: not known).
-- A table of its own: counted as they are joined, a hundred million would take the memory of both at once.
SELECT o.credited_to AS rep_id, o.family AS family, o.branch_kind AS branch_kind, o.branch_id AS branch_id,
       c.period AS period, CASE WHEN c.period_left > 5 THEN 5 ELSE c.period_left END AS days_left,
       CASE WHEN u.first_use_days <= :after_life_days THEN 1
            WHEN u.seen_days >= :after_life_days THEN 0 END AS used
FROM openings AS o
JOIN calendar AS c ON c.day = o.opened_day
LEFT JOIN first_use AS u ON u.account_id = o.account_id
WHERE o.credited_to IS NOT NULL AND o.is_feature = 0 AND c.period_last_day <= :as_of_day

-- model: period_end_cells
-- These openings counted by who got the credit, kind of account, branch and goal period, the days left and whether used.
SELECT rep_id, family, branch_kind, branch_id, period AS month, days_left, used, COUNT(*) AS n
FROM period_end_uses
GROUP BY rep_id, family, branch_kind, branch_id, period, days_left, used

-- model: period_end_items
-- One row per opening in the last five business days of a goal period that its customer did not use, see `period_end_uses`.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS opener_id,
       o.credited_to AS rep_id, o.branch_id AS branch_id, o.branch_kind AS branch_kind, o.family AS family, o.product_code AS product_code, o.opened_day AS opened_day,
       c.period AS month, c.period_left AS days_left, c.period_last_day AS period_last_day
FROM openings AS o
JOIN calendar AS c ON c.day = o.opened_day
JOIN first_use AS u ON u.account_id = o.account_id
WHERE o.credited_to IS NOT NULL
  AND o.is_feature = 0
  AND c.period_last_day <= :as_of_day
  AND c.period_left < 5
  AND u.seen_days >= :after_life_days
  AND (u.first_use_days IS NULL OR u.first_use_days > :after_life_days)
