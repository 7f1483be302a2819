-- model: never_used_items
-- One row per account or feature that its customer did nothing with as far as can be seen: the days seen, and the
-- product's own horizon (empty: the family's applies).
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.family AS family, o.channel AS channel,
       o.month AS month, o.opened_day AS opened_day, u.seen_days AS seen_days, o.unused_after_days AS unused_after_days
FROM openings AS o
JOIN first_use AS u ON u.account_id = o.account_id
WHERE u.first_use_days IS NULL

-- model: use_cells
-- Openings counted by opener, kind of account, branch and month; by the day of the first use (empty: none) and the days
-- seen (empty: the opening's day is not covered by the transactions); apart those that `event_openings` leaves out.
SELECT o.rep_id AS rep_id, o.product_code AS product_code, o.family AS family, o.channel AS channel,
       o.branch_kind AS branch_kind, o.branch_id AS branch_id, o.month AS month,
       o.unused_after_days AS unused_after_days, u.first_use_days AS first_use_days, u.seen_days AS seen_days,
       CASE WHEN e.account_id IS NULL THEN 0 ELSE 1 END AS of_event, COUNT(*) AS n
FROM openings AS o
LEFT JOIN first_use AS u ON u.account_id = o.account_id
LEFT JOIN event_openings AS e ON e.account_id = o.account_id
GROUP BY o.rep_id, o.product_code, o.family, o.channel, o.branch_kind, o.branch_id, o.month, o.unused_after_days,
         u.first_use_days, u.seen_days, CASE WHEN e.account_id IS NULL THEN 0 ELSE 1 END
