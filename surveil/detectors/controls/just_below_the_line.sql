-- model: own_returns
-- The customer's own money going back out of accounts of `funding_in`, with how much has gone back up to each day, for one
-- and a half times :return_days days.
SELECT account_id, posted_day, days_back, in_cents,
       SUM(cents) OVER (PARTITION BY account_id ORDER BY posted_day) AS back_cents
FROM (
    SELECT f.account_id AS account_id, b.posted_day AS posted_day, b.posted_day - f.first_in_day AS days_back,
           MAX(f.in_cents) AS in_cents, SUM(b.cents) AS cents
    FROM funding_in AS f
    JOIN own_money AS b ON b.account_id = f.account_id AND b.direction = -1 AND b.posted_day >= f.first_in_day
    WHERE (b.posted_day - f.first_in_day) * 2 <= 3 * :return_days
    GROUP BY f.account_id, b.posted_day, f.first_in_day
) AS by_day

-- model: returned_money
-- One row per account of staff whose own money went back (:returned_percent percent of it at least): after how many days,
-- and how many are the limit of a round trip.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.month AS month, o.opened_day AS day, r.days_back AS days_back,
       :return_days AS limit_days
FROM (
    SELECT account_id, MIN(days_back) AS days_back
    FROM own_returns
    WHERE back_cents * 100 >= in_cents * :returned_percent
    GROUP BY account_id
) AS r
JOIN openings AS o ON o.account_id = r.account_id
WHERE o.rep_id IS NOT NULL

-- model: small_money
-- Money in by people, from half to one and a half times what counts as a token. (Sorted out before it is joined.)
SELECT transaction_id, account_id, posted_at_day AS day, amount_cents AS cents
FROM transactions
WHERE kind IN ('deposit', 'transfer_in')
  AND COALESCE(initiated_by, 'customer') <> 'system'
  AND amount_cents * 2 >= :token_cents
  AND amount_cents * 2 <= 3 * :token_cents

-- model: small_deposits
-- The rows of `small_money` on accounts of staff within :funded_days days of the opening.
SELECT t.transaction_id AS transaction_id, o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id,
       o.branch_id AS branch_id, o.branch_kind AS branch_kind, o.month AS month, t.day AS day, t.cents AS cents,
       :token_cents AS limit_cents
FROM openings AS o
JOIN small_money AS t ON t.account_id = o.account_id AND t.day >= o.opened_day AND t.day <= o.opened_day + :funded_days
WHERE o.rep_id IS NOT NULL

-- model: unseen_openings
-- Openings by staff (not features) by branch, and how many of them lie on days that the extract of transactions, of
-- consents, of contacts does not cover.
SELECT branch_id, COUNT(*) AS n,
       SUM(CASE WHEN transactions_from IS NULL THEN 1 ELSE 0 END) AS no_transactions,
       SUM(CASE WHEN consents_to IS NULL THEN 1 ELSE 0 END) AS no_consents,
       SUM(CASE WHEN contacts_from IS NULL THEN 1 ELSE 0 END) AS no_contacts
FROM openings
WHERE rep_id IS NOT NULL AND is_feature = 0
GROUP BY branch_id

-- model: parted_sales
-- Sales by staff that have another of the same product to the same customer within :part_days days.
SELECT sale_id, rep_id, customer_id, account_id, product_code, branch_id, branch_kind, month, day, amount_cents
FROM (
    SELECT sale_id, rep_id, customer_id, account_id, product_code, branch_id, branch_kind, month, day, amount_cents,
           day - LAG(day) OVER (PARTITION BY rep_id, customer_id, product_code ORDER BY day, sale_id) AS after_days,
           LEAD(day) OVER (PARTITION BY rep_id, customer_id, product_code ORDER BY day, sale_id) - day AS before_days
    FROM sold
    WHERE rep_id IS NOT NULL AND customer_id IS NOT NULL AND amount_cents > 0
) AS near
WHERE after_days <= :part_days OR before_days <= :part_days

-- model: sale_cells
-- Sales of known amounts to known customers counted by seller, kind of branch, branch and month.
SELECT rep_id, branch_kind, branch_id, month, COUNT(*) AS n
FROM sold
WHERE rep_id IS NOT NULL AND customer_id IS NOT NULL AND amount_cents > 0
GROUP BY rep_id, branch_kind, branch_id, month
