-- model: account_turns
-- Two rows per account (features left out): its opening (`step` 1) and, where it was closed, its closing (`step` 0; 2
-- on the very day it was opened), in the order of the customer's dealings with the product, each with the row before
-- it.
SELECT account_id, step, day,
       LAG(step) OVER (PARTITION BY customer_id, product_code ORDER BY day, step, at_s, account_id) AS before_step,
       LAG(day) OVER (PARTITION BY customer_id, product_code ORDER BY day, step, at_s, account_id) AS before_day,
       LAG(lived_days) OVER (PARTITION BY customer_id, product_code ORDER BY day, step, at_s, account_id)
         AS before_lived_days,
       LAG(account_id) OVER (PARTITION BY customer_id, product_code ORDER BY day, step, at_s, account_id)
         AS before_account_id,
       LAG(credited_to) OVER (PARTITION BY customer_id, product_code ORDER BY day, step, at_s, account_id)
         AS before_credited_to
FROM (
    SELECT a.account_id AS account_id, a.customer_id AS customer_id, a.product_code AS product_code, 1 AS step,
           a.opened_at_day AS day, a.opened_at_s AS at_s, a.closed_on_day - a.opened_at_day AS lived_days,
           COALESCE(a.credited_to, a.opened_by) AS credited_to
    FROM accounts AS a
    WHERE a.parent_account_id IS NULL
    UNION ALL
    SELECT a.account_id, a.customer_id, a.product_code,
           CASE WHEN a.closed_on_day > a.opened_at_day THEN 0 ELSE 2 END, a.closed_on_day, a.opened_at_s,
           a.closed_on_day - a.opened_at_day,
           COALESCE(a.credited_to, a.opened_by)
    FROM accounts AS a
    WHERE a.parent_account_id IS NULL AND a.closed_on_day IS NOT NULL AND COALESCE(a.channel, '') <> 'system'
) AS turns

-- model: reopenings
-- One row per opening by staff: whether the customer had an account of the same product before it; the one that he had
-- closed last (empty: none), how long that one had lived, the days between, who had the credit for it; and the new one's
-- own life (empty: open), its customer's first use (empty: none seen) with the days in which that could be seen, and its
-- age.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.channel AS channel, o.month AS month,
       o.opened_day AS opened_day, o.credited_to AS credited_to,
       CASE WHEN t.before_account_id IS NULL THEN 0 ELSE 1 END AS had_before,
       CASE WHEN t.before_step <> 1 THEN t.before_account_id END AS earlier_account_id,
       CASE WHEN t.before_step <> 1 THEN t.before_credited_to END AS earlier_credited_to,
       CASE WHEN t.before_step <> 1 THEN t.before_lived_days END AS earlier_lived_days,
       CASE WHEN t.before_step <> 1 THEN o.opened_day - t.before_day END AS gap_days,
       o.closed_day - o.opened_day AS lived_days,
       u.first_use_days AS first_use_days, u.seen_days AS seen_days, :as_of_day - o.opened_day AS age_days
FROM openings AS o
JOIN account_turns AS t ON t.account_id = o.account_id AND t.step = 1
LEFT JOIN first_use AS u ON u.account_id = o.account_id
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0

-- model: reopening_items
-- The rows of `reopenings` that have an account closed before them, or were closed themselves.
SELECT account_id, customer_id, rep_id, branch_id, branch_kind, product_code, channel, month, opened_day, credited_to,
       earlier_account_id, earlier_credited_to, earlier_lived_days, gap_days, lived_days, first_use_days,
       seen_days, age_days
FROM reopenings
WHERE earlier_account_id IS NOT NULL OR lived_days IS NOT NULL

-- model: reopening_counts
-- Openings by staff counted by opener, kind of account, branch and month, by whether the customer had the product before,
-- and by age in days (400: more).
SELECT rep_id, product_code, channel, branch_kind, branch_id, month, had_before, age_days, COUNT(*) AS n
FROM (
    SELECT rep_id, product_code, channel, branch_kind, branch_id, month, had_before,
           CASE WHEN age_days > 400 THEN 400 ELSE age_days END AS age_days
    FROM reopenings
) AS aged
GROUP BY rep_id, product_code, channel, branch_kind, branch_id, month, had_before, age_days

-- model: void_counts
-- The rows of `void_openings` counted by opener and what they are.
SELECT rep_id, why, COUNT(*) AS n
FROM void_openings
GROUP BY rep_id, why
