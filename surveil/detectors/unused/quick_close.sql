-- model: converted_accounts
-- Closed accounts whose customer got one by migration, conversion or replacement, from :conversion_days days before
-- the closing to as many after.
SELECT DISTINCT a.account_id AS account_id
FROM accounts AS a
JOIN (SELECT DISTINCT customer_id, opened_at_day AS day FROM accounts WHERE channel = 'system') AS s
  ON s.customer_id = a.customer_id
 AND s.day >= a.closed_on_day - :conversion_days
 AND s.day <= a.closed_on_day + :conversion_days
WHERE a.closed_on_day IS NOT NULL

-- model: closings
-- One row per opening by staff (features left out: they end with their account): days it lived (empty: open), its age
-- on the day of the run, its first use and the days in which that could be seen (empty: not covered), and whether it was
-- converted.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.channel AS channel, o.month AS month,
       o.opened_day AS opened_day, o.closed_day - o.opened_day AS lived_days, o.closed_by AS closed_by,
       :as_of_day - o.opened_day AS age_days, u.first_use_days AS first_use_days, u.seen_days AS seen_days,
       CASE WHEN x.account_id IS NULL THEN 0 ELSE 1 END AS converted
FROM openings AS o
LEFT JOIN converted_accounts AS x ON x.account_id = o.account_id
LEFT JOIN first_use AS u ON u.account_id = o.account_id
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0

-- model: closed_accounts
-- The rows of `closings` that were closed, not converted.
SELECT account_id, customer_id, rep_id, branch_id, branch_kind, product_code, channel, month, opened_day, lived_days,
       closed_by, age_days, first_use_days, seen_days
FROM closings
WHERE lived_days IS NOT NULL AND converted = 0

-- model: closing_counts
-- The rows of `closings` counted by opener, kind of account, branch and month, and by age in days (400: more).
SELECT rep_id, product_code, channel, branch_kind, branch_id, month, converted, age_days, COUNT(*) AS n
FROM (
    SELECT rep_id, product_code, channel, branch_kind, branch_id, month, converted,
           CASE WHEN age_days > 400 THEN 400 ELSE age_days END AS age_days
    FROM closings
) AS aged
GROUP BY rep_id, product_code, channel, branch_kind, branch_id, month, converted, age_days
