-- model: unused_by_customer
-- Accounts opened by staff that their customer did nothing with as far as can be seen, closed ones too.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.product_code AS product_code, o.family AS family, o.opened_day AS opened_day,
       o.unused_after_days AS unused_after_days, u.seen_days AS seen_days, u.closed_in_sight AS closed_in_sight
FROM openings AS o
JOIN first_use AS u ON u.account_id = o.account_id
WHERE o.rep_id IS NOT NULL AND u.first_use_days IS NULL

-- model: drained_accounts
-- One row per own account of the customer and account in question to which money was moved from it: when first and
-- last.
SELECT m.other_account_id AS account_id, m.account_id AS unused_account_id, MIN(m.posted_day) AS first_day,
       MAX(m.posted_day) AS last_day
FROM own_money AS m
JOIN unused_by_customer AS q ON q.account_id = m.account_id
WHERE m.direction = 1 AND m.chained = 0
GROUP BY m.other_account_id, m.account_id

-- model: charges
-- One row per charge: on an account in question, or (`knock_on` 1) on the customer's other account within
-- :knock_on_days days after money was moved from that to the account in question.
SELECT t.transaction_id AS transaction_id, t.account_id AS account_id, MIN(c.unused_account_id) AS unused_account_id,
       MIN(t.posted_at_day) AS posted_day, 0 - MIN(t.amount_cents) AS cents, MIN(c.knock_on) AS knock_on
FROM transactions AS t
JOIN (
    SELECT account_id, account_id AS unused_account_id, opened_day AS first_day, opened_day AS last_day, 0 AS knock_on
    FROM unused_by_customer
    UNION ALL
    SELECT d.account_id, d.unused_account_id, d.first_day, d.last_day + :knock_on_days, 1
    FROM drained_accounts AS d
    LEFT JOIN unused_by_customer AS q ON q.account_id = d.account_id
    WHERE q.account_id IS NULL
) AS c ON c.account_id = t.account_id
WHERE t.kind = 'fee' AND t.amount_cents < 0
  AND (c.knock_on = 0 OR (t.posted_at_day >= c.first_day AND t.posted_at_day <= c.last_day))
GROUP BY t.transaction_id, t.account_id

-- model: fee_refunds
-- What was given back on each account that has a charge.
SELECT t.account_id AS account_id, SUM(t.amount_cents) AS refunded_cents
FROM transactions AS t
JOIN (SELECT DISTINCT account_id FROM charges) AS c ON c.account_id = t.account_id
WHERE t.kind = 'fee_refund' AND t.amount_cents > 0
GROUP BY t.account_id

-- model: charges_on_unused
-- The charges with the account in question, its opener, and what was charged and given back on the charged account.
SELECT c.transaction_id AS transaction_id, c.account_id AS charged_account_id, c.posted_day AS posted_day, c.cents AS cents,
       c.knock_on AS knock_on, q.account_id AS account_id, q.customer_id AS customer_id, q.rep_id AS rep_id,
       q.branch_id AS branch_id, q.product_code AS product_code, q.family AS family,
       q.unused_after_days AS unused_after_days, q.seen_days AS seen_days, q.closed_in_sight AS closed_in_sight,
       SUM(c.cents) OVER (PARTITION BY c.account_id) AS charged_cents, COALESCE(r.refunded_cents, 0) AS refunded_cents
FROM charges AS c
JOIN unused_by_customer AS q ON q.account_id = c.unused_account_id
LEFT JOIN fee_refunds AS r ON r.account_id = c.account_id
