-- model: goal_days
-- One row per day of each distinct goal period in the window that ended by the as-of day, with the business days of the
-- period before this day and after it.
SELECT p.start_day AS start_day, p.end_day AS end_day, d.day AS day, d.is_business AS is_business,
       d.business_index - d.is_business - s.business_index + s.is_business AS days_in,
       e.business_index - d.business_index AS days_left
FROM (
    SELECT DISTINCT period_start_day AS start_day, period_end_day AS end_day
    FROM quotas
    WHERE period_start_day >= :from_day AND period_end_day <= :as_of_day
) AS p
JOIN calendar AS s ON s.day = p.start_day
JOIN calendar AS e ON e.day = p.end_day
JOIN calendar AS d ON d.day >= p.start_day AND d.day <= p.end_day

-- model: rep_goals
-- One row per representative and ended goal of his own: one set for him, or one for everybody in his role who was employed
-- all through it. Targets are kept in hundredths.
SELECT q.quota_id AS quota_id, q.rep_id AS rep_id, q.metric AS metric, q.period_start_day AS start_day,
       q.period_end_day AS end_day, q.target_cents AS target_cents
FROM quotas AS q
WHERE q.rep_id IS NOT NULL AND q.period_start_day >= :from_day AND q.period_end_day <= :as_of_day
UNION ALL
SELECT q.quota_id, r.rep_id, q.metric, q.period_start_day, q.period_end_day, q.target_cents
FROM quotas AS q
JOIN reps AS r ON r.role = q.role
WHERE q.rep_id IS NULL AND q.period_start_day >= :from_day AND q.period_end_day <= :as_of_day
  AND r.hired_on_day <= q.period_start_day
  AND (r.terminated_on_day IS NULL OR r.terminated_on_day > q.period_end_day)

-- model: goal_openings
-- One row per opening and goal that it counts toward, for who got the credit: a goal of accounts opened counts all but
-- features, one of a family of products that family. `days_in` and `days_left` stop at 5. `poor`: see `account_quality`.
SELECT g.quota_id AS quota_id, g.rep_id AS rep_id, g.start_day AS start_day, g.end_day AS end_day,
       o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS opener_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.family AS family, o.product_code AS product_code, o.opened_day AS opened_day,
       o.month AS month,
       CASE WHEN d.days_in > 5 THEN 5 ELSE d.days_in END AS days_in,
       CASE WHEN d.days_left > 5 THEN 5 ELSE d.days_left END AS days_left,
       u.poor AS poor
FROM openings AS o
JOIN goal_days AS d ON d.day = o.opened_day
JOIN rep_goals AS g ON g.rep_id = o.credited_to AND g.start_day = d.start_day AND g.end_day = d.end_day
LEFT JOIN account_quality AS u ON u.account_id = o.account_id
WHERE (g.metric = 'accounts_opened' AND o.is_feature = 0)
   OR (g.metric = o.family AND o.is_feature = 0 AND o.family <> 'feature')
   OR (g.metric = 'feature' AND o.is_feature = 1)

-- model: goal_sales
-- Openings toward each goal by the business days left (5: five or more); none where there was nothing.
SELECT quota_id, rep_id, days_left, COUNT(*) AS n
FROM goal_openings
GROUP BY quota_id, rep_id, days_left

-- model: counted_goals
-- The goals of `rep_goals` that count openings. Others (funded accounts, referrals, sums) are not counted day by day.
SELECT quota_id, rep_id, metric, start_day, end_day, target_cents
FROM rep_goals
WHERE metric NOT IN ('accounts_funded', 'referrals', 'sales_amount')

-- model: absent_days
-- One row per representative and business day on which he was absent, by the firm's own list.
SELECT DISTINCT a.rep_id AS rep_id, c.day AS day
FROM absences AS a
JOIN calendar AS c ON c.day >= a.start_on_day AND c.day <= a.end_on_day AND c.is_business = 1

-- model: goal_absences
-- Business days of absence in each goal period, by the business days left (5: five or more).
SELECT g.quota_id AS quota_id, g.rep_id AS rep_id,
       CASE WHEN d.days_left > 5 THEN 5 ELSE d.days_left END AS days_left, COUNT(*) AS n
FROM absent_days AS a
JOIN goal_days AS d ON d.day = a.day
JOIN counted_goals AS g ON g.rep_id = a.rep_id AND g.start_day = d.start_day AND g.end_day = d.end_day
GROUP BY g.quota_id, g.rep_id, CASE WHEN d.days_left > 5 THEN 5 ELSE d.days_left END

-- model: goal_lengths
-- Business days of each goal period by the business days left (5: five or more).
SELECT start_day, end_day, CASE WHEN days_left > 5 THEN 5 ELSE days_left END AS days_left, SUM(is_business) AS n
FROM goal_days
GROUP BY start_day, end_day, CASE WHEN days_left > 5 THEN 5 ELSE days_left END
