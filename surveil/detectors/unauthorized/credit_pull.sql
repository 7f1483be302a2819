-- model: credit_pulls
-- One row per opening by staff for which a credit report was pulled: days from the pull to the application (negative:
-- it was applied for before; empty: no application on record), days from the pull to the first consent (empty: none
-- so far) with the days that consents cover after it, whether the customer was met, and his first use (empty: none
-- seen), with the days in which that could be seen.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.channel AS channel, o.month AS month,
       o.opened_day AS opened_day, o.pulled_day AS pulled_day,
       o.applied_day - o.pulled_day AS applied_after_days,
       l.lag_days + o.opened_day - o.pulled_day AS consent_after_days,
       CASE WHEN g.branch_id IS NULL THEN o.consents_to - o.pulled_day END AS covered_days,
       m.not_met AS not_met, u.first_use_days AS first_use_days, u.seen_days AS seen_days,
       u.closed_in_sight AS closed_in_sight
FROM openings AS o
LEFT JOIN consent_lag AS l ON l.account_id = o.account_id
LEFT JOIN consent_gaps AS g
  ON g.branch_id = o.branch_id AND g.channel = o.channel AND g.from_day <= o.opened_day AND g.to_day >= o.opened_day
LEFT JOIN openings_met AS m ON m.account_id = o.account_id
LEFT JOIN first_use AS u ON u.account_id = o.account_id
WHERE o.rep_id IS NOT NULL AND o.pulled_day IS NOT NULL
