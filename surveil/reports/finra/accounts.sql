-- model: finra_opener_goals
-- Accounts whose opener had a goal for accounts, or for the product's family, on the day of the opening.
SELECT a.account_id AS account_id, MIN(q.quota_id) AS quota_id
FROM accounts AS a
JOIN reps AS r ON r.rep_id = a.opened_by
LEFT JOIN products AS p ON p.product_code = a.product_code
JOIN quotas AS q
  ON (q.rep_id = a.opened_by OR (q.rep_id IS NULL AND q.role = r.role))
 AND a.opened_at_day BETWEEN q.period_start_day AND q.period_end_day
 AND (q.metric IN ('accounts_opened', 'accounts_funded') OR q.metric = p.family
      OR (q.metric = 'feature' AND a.parent_account_id IS NOT NULL))
WHERE a.opened_at_day BETWEEN :period_from AND :period_to
GROUP BY a.account_id

-- model: finra_account_fees
-- Fees charged on an account of the period, and fees given back, in cents.
SELECT
    t.account_id AS account_id,
    SUM(CASE WHEN t.kind = 'fee' THEN ABS(t.amount_cents) ELSE 0 END) AS fee_cents,
    SUM(CASE WHEN t.kind = 'fee_refund' THEN ABS(t.amount_cents) ELSE 0 END) AS refund_cents
FROM transactions AS t
JOIN accounts AS a ON a.account_id = t.account_id
WHERE t.kind IN ('fee', 'fee_refund') AND a.opened_at_day BETWEEN :period_from AND :period_to
GROUP BY t.account_id

-- model: finra_opening_supervisors
-- Under whom the opener worked on the day of the opening.
SELECT a.account_id AS account_id, MIN(s.supervisor_id) AS supervisor_id
FROM accounts AS a
JOIN assignments AS s
  ON s.rep_id = a.opened_by
 AND s.start_on_day <= a.opened_at_day
 AND (s.end_on_day IS NULL OR s.end_on_day >= a.opened_at_day)
WHERE a.opened_at_day BETWEEN :period_from AND :period_to
GROUP BY a.account_id

-- model: finra_accounts
-- One row per account or feature opened in the period, with all that the list of item 6 says of it.
SELECT
    a.account_id AS account_id,
    a.customer_id AS customer_id,
    c.name AS customer_name,
    a.parent_account_id AS parent_account_id,
    a.product_code AS product_code,
    p.name AS product_name,
    p.family AS family,
    a.opened_at_day AS opened_at_day,
    a.channel AS channel,
    a.branch_id AS branch_id,
    a.opened_by AS rep_id,
    r.name AS rep_name,
    r.crd_number AS crd_number,
    r.registered AS registered,
    s.supervisor_id AS supervisor_id,
    a.campaign_id AS campaign_id,
    g.quota_id AS quota_id,
    a.credit_pulled_at_day AS credit_pulled_at_day,
    a.status AS status,
    a.closed_on_day AS closed_on_day,
    a.closed_by AS closed_by,
    COALESCE(f.fee_cents, 0) AS fee_cents,
    COALESCE(f.refund_cents, 0) AS refund_cents
FROM accounts AS a
LEFT JOIN customers AS c ON c.customer_id = a.customer_id
LEFT JOIN products AS p ON p.product_code = a.product_code
LEFT JOIN reps AS r ON r.rep_id = a.opened_by
LEFT JOIN finra_opening_supervisors AS s ON s.account_id = a.account_id
LEFT JOIN finra_opener_goals AS g ON g.account_id = a.account_id
LEFT JOIN finra_account_fees AS f ON f.account_id = a.account_id
WHERE a.opened_at_day BETWEEN :period_from AND :period_to
