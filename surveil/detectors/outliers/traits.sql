-- model: opening_traits
-- Openings by staff counted by opener, product, channel, kind of branch, branch and month, with how many of them have each
-- trait. A trait says nothing by itself. `judged`: whose use can be judged (see `account_quality`); `consents_known` and
-- `contacts_known`: whose consents and contacts are covered.
SELECT o.rep_id AS rep_id, o.product_code AS product_code, o.channel AS channel, o.branch_kind AS branch_kind,
       o.branch_id AS branch_id, o.month AS month, COUNT(*) AS n, COUNT(q.unused) AS judged,
       COALESCE(SUM(q.unused), 0) AS unused, COALESCE(SUM(q.poor), 0) AS poor,
       SUM(CASE WHEN o.consents_to - o.opened_day >= :quality_grace_days THEN 1 ELSE 0 END) AS consents_known,
       SUM(CASE WHEN o.consents_to - o.opened_day >= :quality_grace_days
                 AND (l.lag_days IS NULL OR l.lag_days > :quality_grace_days) THEN 1 ELSE 0 END) AS no_consent,
       COUNT(m.not_met) AS contacts_known, COALESCE(SUM(m.not_met), 0) AS not_met,
       SUM(CASE WHEN c.period_left < 3 THEN 1 ELSE 0 END) AS period_end,
       SUM(CASE WHEN o.opened_tod > 0 AND (o.opened_tod < 28800 OR o.opened_tod >= 68400) THEN 1 ELSE 0 END) AS odd_hour,
       SUM(CASE WHEN o.closed_day < o.opened_day + 90 THEN 1 ELSE 0 END) AS closed_early,
       SUM(CASE WHEN o.credited_to <> o.rep_id THEN 1 ELSE 0 END) AS other_credit,
       SUM(CASE WHEN u.created_on_day < o.opened_day - 3 THEN 1 ELSE 0 END) AS known_customer,
       SUM(CASE WHEN a.email IS NULL AND a.phone IS NULL THEN 1 ELSE 0 END) AS no_contact,
       SUM(CASE WHEN a.applied_at_day IS NULL THEN 1 ELSE 0 END) AS no_application,
       SUM(CASE WHEN a.recorded_at_day > o.opened_day + 1 THEN 1 ELSE 0 END) AS recorded_late,
       SUM(CASE WHEN b.products >= 3 THEN 1 ELSE 0 END) AS together
FROM openings AS o
JOIN accounts AS a ON a.account_id = o.account_id
JOIN calendar AS c ON c.day = o.opened_day
LEFT JOIN account_quality AS q ON q.account_id = o.account_id
LEFT JOIN consent_lag AS l ON l.account_id = o.account_id
LEFT JOIN openings_met AS m ON m.account_id = o.account_id
LEFT JOIN customers AS u ON u.customer_id = o.customer_id
LEFT JOIN bundles AS b
  ON b.rep_id = o.credited_to AND b.customer_id = o.customer_id AND b.opened_day = o.opened_day
WHERE o.rep_id IS NOT NULL
GROUP BY o.rep_id, o.product_code, o.channel, o.branch_kind, o.branch_id, o.month
