-- model: harm_accounts
-- One row per account in question (the table `questioned`, handed over) that is in the data, with the days on which its
-- transactions are covered (empty: none).
SELECT q.account_id AS account_id, MIN(a.customer_id) AS customer_id, MIN(a.co_owners) AS co_owners,
       MIN(a.opened_by) AS rep_id, MIN(a.product_code) AS product_code, MIN(a.opened_at_day) AS opened_day,
       MIN(a.closed_on_day) AS closed_day, MIN(c.from_day) AS covered_from, MAX(c.to_day) AS covered_to
FROM questioned AS q
JOIN accounts AS a ON a.account_id = q.account_id
LEFT JOIN covered AS c
  ON c.feed = 'transactions' AND c.branch_id = COALESCE(a.branch_id, '') AND c.channel = COALESCE(a.channel, '')
GROUP BY q.account_id

-- model: harm_legs
-- One row per movement of money between an account in question and any other, as each side tells it; `cents` is
-- positive into the account in question.
SELECT t.transaction_id AS transaction_id, q.account_id AS account_id, t.counterparty_account_id AS other_account_id,
       t.posted_at_day AS day, t.amount_cents AS cents, 1 AS own_side
FROM transactions AS t
JOIN harm_accounts AS q ON q.account_id = t.account_id
WHERE t.amount_cents <> 0 AND t.counterparty_account_id IS NOT NULL AND t.counterparty_account_id <> t.account_id
  AND t.kind IN ('transfer_in', 'transfer_out', 'deposit', 'withdrawal')
UNION ALL
SELECT t.transaction_id, q.account_id, t.account_id, t.posted_at_day, 0 - t.amount_cents, 0
FROM transactions AS t
JOIN harm_accounts AS q ON q.account_id = t.counterparty_account_id
WHERE t.amount_cents <> 0 AND t.account_id <> t.counterparty_account_id
  AND t.kind IN ('transfer_in', 'transfer_out', 'deposit', 'withdrawal')

-- model: harm_moves
-- The movements of `harm_legs` from and to other accounts of the same customer or a joint owner, each once: the other side's
-- row counts only where the account's own side does not show that sum that day.
SELECT m.transaction_id AS transaction_id, m.account_id AS account_id, m.other_account_id AS other_account_id, m.day AS day,
       m.cents AS cents
FROM harm_legs AS m
JOIN harm_accounts AS q ON q.account_id = m.account_id
JOIN accounts AS x ON x.account_id = m.other_account_id
LEFT JOIN (
    SELECT DISTINCT account_id, other_account_id, day, cents FROM harm_legs WHERE own_side = 1
) AS s
  ON s.account_id = m.account_id AND s.other_account_id = m.other_account_id AND s.day = m.day AND s.cents = m.cents
WHERE (m.own_side = 1 OR s.account_id IS NULL)
  AND (x.customer_id = q.customer_id
       OR STRPOS(';' || x.co_owners || ';', ';' || q.customer_id || ';') > 0
       OR STRPOS(';' || q.co_owners || ';', ';' || x.customer_id || ';') > 0)

-- model: harm_postings
-- What was charged to and given back on the accounts in question and those that money was moved away from: fees and
-- interest charged (negative), refunds of fees (positive).
SELECT t.transaction_id AS transaction_id, t.account_id AS account_id, t.kind AS kind, t.posted_at_day AS day,
       t.amount_cents AS cents
FROM transactions AS t
JOIN (
    SELECT account_id FROM harm_accounts
    UNION
    SELECT other_account_id FROM harm_moves WHERE cents > 0
) AS q ON q.account_id = t.account_id
WHERE (t.kind IN ('fee', 'interest') AND t.amount_cents < 0) OR (t.kind = 'fee_refund' AND t.amount_cents > 0)
