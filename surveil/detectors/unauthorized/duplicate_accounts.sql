-- model: holding_changes
-- Two rows per account (features left out) of customers with several: one on the day it was opened (`step` 1), one on the day
-- it stopped counting as held (`step` 0): it was closed, or :held_days days had passed. An account closed on its first day
-- was never held; one that stopped only after the customer's last opening changes nothing.
SELECT a.customer_id AS customer_id, a.product_code AS product_code, a.account_id AS account_id,
       a.opened_at_day AS day, 1 AS step, a.opened_at_s AS at_s,
       CASE WHEN a.closed_on_day <= a.opened_at_day THEN 0 ELSE 1 END AS change
FROM accounts AS a
JOIN several_accounts AS c ON c.customer_id = a.customer_id
LEFT JOIN products AS p ON p.product_code = a.product_code
WHERE a.parent_account_id IS NULL AND COALESCE(p.family, '') <> 'feature'
UNION ALL
SELECT a.customer_id, a.product_code, a.account_id,
       CASE WHEN a.closed_on_day < a.opened_at_day + :held_days THEN a.closed_on_day ELSE a.opened_at_day + :held_days END,
       0, 0, -1
FROM accounts AS a
JOIN several_accounts AS c ON c.customer_id = a.customer_id
LEFT JOIN products AS p ON p.product_code = a.product_code
WHERE a.parent_account_id IS NULL AND COALESCE(p.family, '') <> 'feature'
  AND (a.closed_on_day IS NULL OR a.closed_on_day > a.opened_at_day)
  AND (a.closed_on_day <= c.last_day OR a.opened_at_day + :held_days <= c.last_day)

-- model: several_accounts
-- Customers with more than one account (features left out): the day of the last opening.
SELECT customer_id, MAX(opened_at_day) AS last_day
FROM accounts
WHERE parent_account_id IS NULL
GROUP BY customer_id
HAVING COUNT(*) > 1

-- model: holdings
-- The changes in order: how many accounts the customer held just before each, in all and of the same product.
SELECT account_id, step,
       CAST(SUM(change) OVER (PARTITION BY customer_id ORDER BY day, step, at_s, account_id) - change AS BIGINT) AS held,
       CAST(SUM(change) OVER (PARTITION BY customer_id, product_code ORDER BY day, step, at_s, account_id) - change
         AS BIGINT) AS same_held
FROM holding_changes

-- model: money_in_more
-- Accounts for customers who held one of the same already into which money came: the cents that came in and were still there
-- :money_days days after the opening. What staff or the system moved in from another account does not count.
SELECT h.account_id AS account_id, SUM(t.amount_cents) AS money_cents
FROM holdings AS h
JOIN accounts AS a ON a.account_id = h.account_id
JOIN transactions AS t ON t.account_id = h.account_id
WHERE h.step = 1 AND h.same_held > 0 AND t.amount_cents <> 0
  AND t.posted_at_day >= a.opened_at_day AND t.posted_at_day < a.opened_at_day + :money_days
  AND t.kind IN ('deposit', 'transfer_in', 'withdrawal', 'transfer_out', 'purchase', 'payment')
  AND (t.kind <> 'transfer_in' OR COALESCE(t.initiated_by, 'customer') = 'customer')
GROUP BY h.account_id

-- model: repeat_openings
-- One row per opening by staff for a customer who held something already: how much, the customer's first use of the new one
-- (empty: none seen) with the days seen, and the money that lies in it. Not sub-accounts of `cash_management`.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.customer_kind AS customer_kind, o.product_code AS product_code,
       o.family AS family, o.channel AS channel, o.month AS month, o.opened_day AS opened_day,
       o.unused_after_days AS unused_after_days, h.same_held AS same_held, h.held AS held,
       o.first_use_days AS first_use_days, o.seen_days AS seen_days, CAST(d.money_cents AS BIGINT) AS money_cents
FROM judged_openings AS o
JOIN holdings AS h ON h.account_id = o.account_id AND h.step = 1 AND h.held > 0
LEFT JOIN money_in_more AS d ON d.account_id = o.account_id
LEFT JOIN cash_management AS c ON c.account_id = o.account_id
WHERE o.is_feature = 0 AND c.account_id IS NULL

-- model: cash_management_counts
-- The rows of `cash_management` counted by opener.
SELECT rep_id, COUNT(*) AS n
FROM cash_management
GROUP BY rep_id

-- model: product_use
-- Openings by staff of each product that could be watched for :quality_days days or were used, and how many were used.
SELECT product_code, COUNT(*) AS n, SUM(CASE WHEN first_use_days IS NULL THEN 0 ELSE 1 END) AS used
FROM judged_openings
WHERE is_feature = 0 AND (seen_days >= :quality_days OR first_use_days IS NOT NULL)
GROUP BY product_code
