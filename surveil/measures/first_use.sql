-- model: first_actions
-- One row per opened account on which its customer started something: days from the opening to the first time. Not interest,
-- fees and system postings; not what staff posted; not money put in within :opening_deposit_days days of the opening (the
-- opening deposit) or of a token amount; not the two legs of simulated funding, nor what somebody lent to many new accounts
-- and took back. An unknown initiator counts as the customer: an account that may have been used is not called unused. For
-- the same reason `first_doubt_days`: to the first transaction that may have been such a thing, as its kind or amount is not known.
SELECT o.account_id AS account_id, MIN(CASE WHEN t.doubt = 0 THEN t.day - o.opened_day END) AS first_use_days,
       MIN(CASE WHEN t.doubt = 1 THEN t.day - o.opened_day END) AS first_doubt_days
FROM (
    SELECT account_id, counterparty_account_id AS source, posted_at_day AS day,
           CASE WHEN kind IS NULL OR (kind IN ('deposit', 'transfer_in') AND amount_cents IS NULL) THEN 1 ELSE 0 END AS doubt,
           CASE WHEN kind IN ('deposit', 'transfer_in') THEN :opening_deposit_days + 1 ELSE 0 END AS counts_after,
           CASE WHEN kind IN ('withdrawal', 'transfer_out') THEN 1 ELSE 0 END AS is_out
    FROM transactions
    WHERE COALESCE(initiated_by, 'customer') = 'customer'
      AND (kind IS NULL
           OR kind IN ('purchase', 'payment', 'login', 'activation', 'withdrawal', 'transfer_out', 'deposit', 'transfer_in'))
      AND (kind IS NULL OR amount_cents IS NULL OR amount_cents > :token_cents OR kind NOT IN ('deposit', 'transfer_in'))
) AS t
JOIN (
    SELECT n.account_id AS account_id, n.opened_day AS opened_day, r.first_in_day + :return_days AS returned_day
    FROM openings AS n
    LEFT JOIN round_trip_accounts AS r ON r.account_id = n.account_id
) AS o ON o.account_id = t.account_id
LEFT JOIN lent_money AS l ON l.account_id = t.account_id AND l.source = t.source
WHERE t.day >= o.opened_day + t.counts_after
  AND (t.is_out = 0 OR o.returned_day IS NULL OR t.day > o.returned_day)
  AND l.account_id IS NULL
GROUP BY o.account_id

-- model: first_use
-- One row per opened account: days from the opening to the customer's first action (empty: none seen), and the days
-- that could be seen: to the end of the transactions' cover, to the day before the account closed, or to the day before a
-- transaction that may have been the first use; none where it was closed nobody knows when. What `cash_management` sweeps is in
-- use from the first sweep on; of its other accounts nothing can be seen, as they are there to be empty.
SELECT w.account_id AS account_id, w.first_use_days AS first_use_days,
       CASE WHEN w.doubtful = 1 THEN w.first_doubt_days - 1 ELSE w.watched_days END AS seen_days,
       CASE WHEN w.doubtful = 1 THEN 0 ELSE w.closed END AS closed_in_sight
FROM (
    SELECT s.account_id AS account_id,
           CASE WHEN u.first_use_days IS NULL AND s.kept_empty = 1 THEN 0 ELSE s.watched_days END AS watched_days,
           CASE WHEN u.first_use_days IS NULL AND s.kept_empty = 1 THEN 0 ELSE s.closed END AS closed,
           CASE WHEN s.first_sweep_days <= COALESCE(u.first_use_days, s.first_sweep_days) THEN s.first_sweep_days
                ELSE u.first_use_days END AS first_use_days,
           u.first_doubt_days AS first_doubt_days,
           CASE WHEN u.first_doubt_days <= s.watched_days
                 AND (COALESCE(u.first_use_days, s.first_sweep_days) IS NULL
                      OR u.first_doubt_days < COALESCE(u.first_use_days, s.first_sweep_days)) THEN 1 ELSE 0 END AS doubtful
    FROM (
        SELECT o.account_id AS account_id,
               CASE WHEN o.closed_undated = 1 THEN 0
                    WHEN o.closed_day <= o.transactions_to THEN o.closed_day - 1 - o.opened_day
                    ELSE o.transactions_to - o.opened_day END AS watched_days,
               CASE WHEN o.closed_day <= o.transactions_to THEN 1 ELSE 0 END AS closed,
               m.first_sweep_day - o.opened_day AS first_sweep_days,
               CASE WHEN m.account_id IS NOT NULL AND m.first_sweep_day IS NULL THEN 1 ELSE 0 END AS kept_empty
        FROM openings AS o
        LEFT JOIN cash_management AS m ON m.account_id = o.account_id
        WHERE o.transactions_to IS NOT NULL
    ) AS s
    LEFT JOIN first_actions AS u ON u.account_id = s.account_id
) AS w
