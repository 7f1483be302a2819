-- model: staff_activations
-- One row per feature that staff activated within :activation_minutes minutes of ordering it. A bare date (midnight)
-- says nothing about minutes.
SELECT o.account_id AS account_id, MIN(t.posted_at_s - o.opened_s) AS after_s
FROM openings AS o
JOIN transactions AS t ON t.account_id = o.account_id
WHERE o.rep_id IS NOT NULL
  AND o.is_feature = 1
  AND o.opened_tod > 0
  AND t.kind = 'activation'
  AND t.initiated_by = 'rep'
  AND t.posted_at_s >= o.opened_s
  AND t.posted_at_s <= o.opened_s + :activation_minutes * 60
GROUP BY o.account_id

-- model: feature_series
-- One row per feature opened by staff: the day on which the customer got the feature of the same kind that lies
-- :earlier_features back (empty: he has not had so many).
SELECT account_id,
       LAG(opened_day, :earlier_features) OVER (PARTITION BY customer_id, product_code ORDER BY opened_day, account_id)
         AS series_day
FROM openings
WHERE rep_id IS NOT NULL AND is_feature = 1

-- model: unrequested_features
-- One row per feature opened by staff with what tells whether somebody wanted it: days to the first consent (empty:
-- none so far) and days that consents cover, the customer's first use (empty: none seen) and the days seen, whether
-- staff activated it at once, and whether it came together with its account.
SELECT o.account_id AS account_id, o.parent_account_id AS parent_account_id, o.customer_id AS customer_id,
       o.rep_id AS rep_id, o.branch_id AS branch_id, o.branch_kind AS branch_kind, o.product_code AS product_code,
       o.family AS family, o.channel AS channel, o.month AS month, o.opened_day AS opened_day,
       o.unused_after_days AS unused_after_days,
       CASE WHEN p.opened_at_day = o.opened_day THEN 1 ELSE 0 END AS with_account,
       CASE WHEN g.branch_id IS NULL THEN o.consents_to - o.opened_day END AS covered_days, l.lag_days AS lag_days,
       u.first_use_days AS first_use_days, u.seen_days AS seen_days,
       s.after_s AS activated_after_s,
       o.opened_day - r.series_day AS series_days
FROM openings AS o
JOIN feature_series AS r ON r.account_id = o.account_id
LEFT JOIN accounts AS p ON p.account_id = o.parent_account_id
LEFT JOIN consent_lag AS l ON l.account_id = o.account_id
LEFT JOIN consent_gaps AS g
  ON g.branch_id = o.branch_id AND g.channel = o.channel AND g.from_day <= o.opened_day AND g.to_day >= o.opened_day
LEFT JOIN first_use AS u ON u.account_id = o.account_id
LEFT JOIN staff_activations AS s ON s.account_id = o.account_id
