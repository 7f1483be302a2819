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

-- model: ended_accounts
-- The accounts of `reopenings` that were closed, and those closed before them: their lives.
SELECT a.account_id AS account_id, a.opened_at_day AS opened_day, a.closed_on_day AS closed_day
FROM (
    SELECT earlier_account_id AS account_id FROM reopenings WHERE earlier_account_id IS NOT NULL
    UNION
    SELECT account_id FROM reopenings WHERE lived_days IS NOT NULL
) AS e
JOIN accounts AS a ON a.account_id = e.account_id

-- model: money_days
-- One row per account of `ended_accounts` with money moved in its life: on how many days :kept_cents cents and more lay in it.
SELECT account_id, SUM(CASE WHEN cents >= :kept_cents THEN until_day - day ELSE 0 END) AS kept_days
FROM (
    SELECT account_id, day, LEAD(day, 1, closed_day) OVER (PARTITION BY account_id ORDER BY day) AS until_day,
           SUM(cents) OVER (PARTITION BY account_id ORDER BY day) AS cents
    FROM (
        SELECT e.account_id AS account_id, e.closed_day AS closed_day, t.posted_at_day AS day, SUM(t.amount_cents) AS cents
        FROM ended_accounts AS e
        JOIN transactions AS t ON t.account_id = e.account_id
        WHERE t.amount_cents <> 0 AND t.posted_at_day >= e.opened_day AND t.posted_at_day < e.closed_day
        GROUP BY e.account_id, e.closed_day, t.posted_at_day
    ) AS moved
) AS balances
GROUP BY account_id

-- model: reopening_items
-- The rows of `reopenings` that have an account closed before them, or were closed themselves: with the days that real money
-- lay in the one closed before (empty: none seen) and in it, who closed that one, and the months for which the product binds
-- (empty: not known).
SELECT r.account_id AS account_id, r.customer_id AS customer_id, r.rep_id AS rep_id, r.branch_id AS branch_id,
       r.branch_kind AS branch_kind, r.product_code AS product_code, r.channel AS channel, r.month AS month,
       r.opened_day AS opened_day, r.credited_to AS credited_to, r.earlier_account_id AS earlier_account_id,
       r.earlier_credited_to AS earlier_credited_to, r.earlier_lived_days AS earlier_lived_days, r.gap_days AS gap_days,
       r.lived_days AS lived_days, r.first_use_days AS first_use_days, r.seen_days AS seen_days, r.age_days AS age_days,
       CAST(e.kept_days AS BIGINT) AS earlier_kept_days, CAST(k.kept_days AS BIGINT) AS kept_days,
       p.lockup_months AS lockup_months, b.closed_by AS earlier_closed_by
FROM reopenings AS r
LEFT JOIN accounts AS b ON b.account_id = r.earlier_account_id
LEFT JOIN money_days AS e ON e.account_id = r.earlier_account_id
LEFT JOIN money_days AS k ON k.account_id = r.account_id
LEFT JOIN products AS p ON p.product_code = r.product_code
WHERE r.earlier_account_id IS NOT NULL OR r.lived_days IS NOT NULL

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
