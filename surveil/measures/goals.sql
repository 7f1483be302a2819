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

-- model: role_goals
-- One row per goal of a role and representative in it: all who were there to its end and have none of their own for the
-- same thing and days (who came in the midst of it may have one that begins later). `fte_ppm`: his part of full time on his
-- first day in the period, in millionths (full time where it is not known).
SELECT q.quota_id AS quota_id, r.rep_id AS rep_id, q.metric AS metric, q.period_start_day AS start_day,
       q.period_end_day AS end_day, q.target_cents AS target_cents, COALESCE(SUM(s.fte_ppm), 1000000) AS fte_ppm
FROM quotas AS q
JOIN reps AS r ON r.role = q.role
LEFT JOIN assignments AS s
  ON s.rep_id = r.rep_id
 AND s.start_on_day <= CASE WHEN r.hired_on_day > q.period_start_day THEN r.hired_on_day ELSE q.period_start_day END
 AND (s.end_on_day IS NULL OR (s.end_on_day >= q.period_start_day AND s.end_on_day >= r.hired_on_day))
LEFT JOIN quotas AS o
  ON o.rep_id = r.rep_id AND o.metric = q.metric AND o.period_end_day = q.period_end_day
 AND (o.period_start_day = q.period_start_day OR r.hired_on_day > q.period_start_day)
WHERE q.rep_id IS NULL AND q.period_start_day >= :from_day AND q.period_end_day <= :as_of_day AND o.quota_id IS NULL
  AND r.hired_on_day <= q.period_end_day
  AND (r.terminated_on_day IS NULL OR r.terminated_on_day > q.period_end_day)
GROUP BY q.quota_id, r.rep_id, q.metric, q.period_start_day, q.period_end_day, q.target_cents

-- model: rep_goals
-- One row per representative and ended goal that he works for: his own, his role's (`of_role` 1), or that of a branch
-- (`branch_id`, else empty) at which he opened something in its time. Targets are kept in hundredths.
SELECT q.quota_id AS quota_id, q.rep_id AS rep_id, q.metric AS metric, q.period_start_day AS start_day,
       q.period_end_day AS end_day, q.target_cents AS target_cents, 1000000 AS fte_ppm, 0 AS of_role, '' AS branch_id
FROM quotas AS q
WHERE q.rep_id IS NOT NULL AND q.period_start_day >= :from_day AND q.period_end_day <= :as_of_day
UNION ALL
SELECT quota_id, rep_id, metric, start_day, end_day, target_cents, fte_ppm, 1, ''
FROM role_goals
UNION ALL
SELECT DISTINCT q.quota_id, o.credited_to, q.metric, q.period_start_day, q.period_end_day, q.target_cents, 1000000, 0,
       q.branch_id
FROM quotas AS q
JOIN openings AS o ON o.branch_id = q.branch_id AND o.opened_day >= q.period_start_day AND o.opened_day <= q.period_end_day
WHERE q.rep_id IS NULL AND q.role IS NULL AND q.metric NOT IN ('accounts_funded', 'referrals', 'sales_amount')
  AND q.period_start_day >= :from_day AND q.period_end_day <= :as_of_day AND o.credited_to IS NOT NULL

-- model: goal_openings
-- One row per opening and goal that it counts toward, for who got the credit: a goal of accounts opened counts all but
-- features, one of a family of products that family. `days_in` and `days_left` stop at 5. `poor`: see `judged_openings`.
SELECT g.quota_id AS quota_id, g.rep_id AS rep_id, g.start_day AS start_day, g.end_day AS end_day,
       o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS opener_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.family AS family, o.product_code AS product_code, o.opened_day AS opened_day,
       o.month AS month,
       CASE WHEN d.days_in > 5 THEN 5 ELSE d.days_in END AS days_in,
       CASE WHEN d.days_left > 5 THEN 5 ELSE d.days_left END AS days_left,
       u.poor AS poor
FROM openings AS o
JOIN goal_days AS d ON d.day = o.opened_day
JOIN rep_goals AS g
  ON g.rep_id = o.credited_to AND g.start_day = d.start_day AND g.end_day = d.end_day
 AND (g.branch_id = '' OR g.branch_id = o.branch_id)
LEFT JOIN judged_openings AS u ON u.account_id = o.account_id
WHERE (g.metric = 'accounts_opened' AND o.is_feature = 0)
   OR (g.metric = o.family AND o.is_feature = 0 AND o.family <> 'feature')
   OR (g.metric = 'feature' AND o.is_feature = 1)

-- model: goal_sales
-- Openings toward each goal by the business days left (5: five or more); none where there was nothing.
SELECT quota_id, rep_id, days_left, COUNT(*) AS n
FROM goal_openings
GROUP BY quota_id, rep_id, days_left

-- model: counted_goals
-- The goals of `rep_goals` that count openings.
SELECT quota_id, rep_id, metric, start_day, end_day, target_cents, fte_ppm, of_role, branch_id
FROM rep_goals
WHERE metric NOT IN ('accounts_funded', 'referrals', 'sales_amount')

-- model: uncounted_goals
-- How many goals have ended that count something else: funded accounts, referrals, sums of money, or something unknown.
SELECT COALESCE(metric, '') AS metric, COUNT(*) AS n
FROM quotas
WHERE period_start_day >= :from_day AND period_end_day <= :as_of_day
  AND (metric IS NULL OR metric IN ('accounts_funded', 'referrals', 'sales_amount'))
GROUP BY COALESCE(metric, '')

-- model: occasions
-- What honest openings crowd on: campaigns, by branch (empty: everywhere) and family (empty: all), and the openings of
-- branches.
SELECT 'campaign' AS kind, c.name AS name, COALESCE(c.family, '') AS family, COALESCE(c.branch_id, '') AS branch_id,
       c.starts_on_day AS from_day, c.ends_on_day AS to_day
FROM campaigns AS c
WHERE c.branch_id IS NOT NULL OR c.region IS NULL
UNION ALL
SELECT 'campaign', c.name, COALESCE(c.family, ''), b.branch_id, c.starts_on_day, c.ends_on_day
FROM campaigns AS c
JOIN branches AS b ON b.region = c.region
WHERE c.branch_id IS NULL
UNION ALL
SELECT 'branch', b.name, '', b.branch_id, b.opened_on_day, b.opened_on_day
FROM branches AS b
WHERE b.opened_on_day IS NOT NULL

-- model: absent_days
-- One row per representative and business day on which he was absent, by the firm's own list.
SELECT DISTINCT a.rep_id AS rep_id, c.day AS day
FROM absences AS a
JOIN calendar AS c ON c.day >= a.start_on_day AND c.day <= a.end_on_day AND c.is_business = 1

-- model: goal_absences
-- Business days of absence in each goal period, by the business days left (5: five or more); the days before somebody was
-- hired are days of absence, too.
SELECT g.quota_id AS quota_id, g.rep_id AS rep_id,
       CASE WHEN d.days_left > 5 THEN 5 ELSE d.days_left END AS days_left, COUNT(*) AS n
FROM (
    SELECT rep_id, day FROM absent_days
    UNION
    SELECT r.rep_id, c.day
    FROM reps AS r
    JOIN calendar AS c ON c.day >= :from_day AND c.day < r.hired_on_day AND c.is_business = 1
) AS a
JOIN goal_days AS d ON d.day = a.day
JOIN counted_goals AS g ON g.rep_id = a.rep_id AND g.start_day = d.start_day AND g.end_day = d.end_day
GROUP BY g.quota_id, g.rep_id, CASE WHEN d.days_left > 5 THEN 5 ELSE d.days_left END

-- model: goal_lengths
-- Business days of each goal period by the business days left (5: five or more).
SELECT start_day, end_day, CASE WHEN days_left > 5 THEN 5 ELSE days_left END AS days_left, SUM(is_business) AS n
FROM goal_days
GROUP BY start_day, end_day, CASE WHEN days_left > 5 THEN 5 ELSE days_left END
