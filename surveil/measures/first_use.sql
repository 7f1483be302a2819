-- model: customer_actions
-- One row per thing a customer started on an opened account. Not interest, fees and system postings; not what staff
-- posted; not money put in within :opening_deposit_days days of the opening (the opening deposit) or of a token
-- amount; not the two legs of simulated funding, nor what somebody lent to many new accounts and took back. An unknown
-- initiator counts as the customer: an account that may have been used is not called unused.
SELECT o.account_id AS account_id, t.posted_at_day - o.opened_day AS days_after
FROM transactions AS t
JOIN openings AS o ON o.account_id = t.account_id
LEFT JOIN round_trip_accounts AS r ON r.account_id = o.account_id
LEFT JOIN lent_money AS l ON l.account_id = t.account_id AND l.source = t.counterparty_account_id
WHERE t.posted_at_day >= o.opened_day
  AND l.account_id IS NULL
  AND COALESCE(t.initiated_by, 'customer') = 'customer'
  AND (
    t.kind IN ('purchase', 'payment', 'login', 'activation')
    OR (t.kind IN ('withdrawal', 'transfer_out')
        AND (r.account_id IS NULL OR t.posted_at_day > r.first_in_day + :return_days))
    OR (t.kind IN ('deposit', 'transfer_in')
        AND t.posted_at_day > o.opened_day + :opening_deposit_days
        AND t.amount_cents > :token_cents)
  )

-- model: first_use
-- One row per opened account: days from the opening to the customer's first action (empty: none seen), and the days
-- that could be seen: to the end of the transactions' cover or to the day before the account closed.
SELECT
    o.account_id AS account_id,
    MIN(u.days_after) AS first_use_days,
    MIN(CASE WHEN o.closed_day IS NOT NULL AND o.closed_day <= o.transactions_to THEN o.closed_day - 1 - o.opened_day
             ELSE o.transactions_to - o.opened_day END) AS seen_days,
    MIN(CASE WHEN o.closed_day IS NOT NULL AND o.closed_day <= o.transactions_to THEN 1 ELSE 0 END) AS closed_in_sight
FROM openings AS o
LEFT JOIN customer_actions AS u ON u.account_id = o.account_id
WHERE o.transactions_to IS NOT NULL
GROUP BY o.account_id
