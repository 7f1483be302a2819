-- model: last_mile_cells
-- Openings in the last five business days before a goal's end, counted by who got the credit, goal, kind of account and
-- branch, day, business days left, and whether the account is poor (see `judged_openings`).
SELECT quota_id, rep_id, month, family, branch_kind, branch_id, opened_day, days_left, poor, COUNT(*) AS n
FROM goal_openings
WHERE days_left < 5
GROUP BY quota_id, rep_id, month, family, branch_kind, branch_id, opened_day, days_left, poor

-- model: last_mile_items
-- One row per goal and opening in its last five business days that is poor, as above.
SELECT quota_id, rep_id, account_id, customer_id, opener_id, branch_id, branch_kind, family, product_code, opened_day,
       month, days_left
FROM goal_openings
WHERE days_left < 5 AND poor = 1
