-- model: finra_payouts
-- Payouts made in the period by program, kind, representative and month.
SELECT
    p.program AS program,
    COALESCE(p.kind, '') AS kind,
    p.rep_id AS rep_id,
    COALESCE(r.role, '') AS role,
    c.month AS month,
    COUNT(*) AS n,
    SUM(p.amount_cents) AS amount_cents
FROM payouts AS p
JOIN calendar AS c ON c.day = p.paid_on_day
LEFT JOIN reps AS r ON r.rep_id = p.rep_id
WHERE p.paid_on_day BETWEEN :period_from AND :period_to
GROUP BY p.program, COALESCE(p.kind, ''), p.rep_id, COALESCE(r.role, ''), c.month

-- model: finra_goal_subjects
-- Each goal whose period ended within the period, once for everyone it was set for: the representative, each
-- representative of the role who was employed on the goal period's last day, or the branch.
SELECT q.quota_id AS quota_id, 'rep' AS scope, q.rep_id AS subject_id, r.role AS role, q.metric AS metric,
       q.period_start_day AS first_day, q.period_end_day AS last_day, q.target_cents AS target_cents
FROM quotas AS q
LEFT JOIN reps AS r ON r.rep_id = q.rep_id
WHERE q.rep_id IS NOT NULL AND q.period_end_day BETWEEN :period_from AND :period_to
UNION ALL
SELECT q.quota_id, 'role', r.rep_id, q.role, q.metric, q.period_start_day, q.period_end_day, q.target_cents
FROM quotas AS q
JOIN reps AS r ON r.role = q.role
WHERE q.rep_id IS NULL AND q.role IS NOT NULL AND q.period_end_day BETWEEN :period_from AND :period_to
  AND r.hired_on_day <= q.period_end_day
  AND (r.terminated_on_day IS NULL OR r.terminated_on_day > q.period_end_day)
UNION ALL
SELECT q.quota_id, 'branch', q.branch_id, '', q.metric, q.period_start_day, q.period_end_day, q.target_cents
FROM quotas AS q
WHERE q.rep_id IS NULL AND q.role IS NULL AND q.period_end_day BETWEEN :period_from AND :period_to

-- model: finra_goal_events
-- What counts towards goals: one row per opening, referral or sale, for the representative and for the branch credited.
-- `value` is in hundredths, as targets are: 100 for one opening or referral, the cents of a sale.
SELECT 'rep' AS scope, COALESCE(a.credited_to, a.opened_by) AS subject_id,
       CASE WHEN a.parent_account_id IS NULL THEN 'accounts_opened' ELSE 'feature' END AS metric,
       a.opened_at_day AS day, 100 AS value
FROM accounts AS a
WHERE a.opened_by IS NOT NULL AND COALESCE(a.channel, '') <> 'system'
UNION ALL
SELECT 'branch', a.branch_id, CASE WHEN a.parent_account_id IS NULL THEN 'accounts_opened' ELSE 'feature' END,
       a.opened_at_day, 100
FROM accounts AS a
WHERE a.opened_by IS NOT NULL AND a.branch_id IS NOT NULL AND COALESCE(a.channel, '') <> 'system'
UNION ALL
SELECT 'rep', COALESCE(a.credited_to, a.opened_by), p.family, a.opened_at_day, 100
FROM accounts AS a
JOIN products AS p ON p.product_code = a.product_code
WHERE a.opened_by IS NOT NULL AND a.parent_account_id IS NULL AND COALESCE(a.channel, '') <> 'system'
UNION ALL
SELECT 'branch', a.branch_id, p.family, a.opened_at_day, 100
FROM accounts AS a
JOIN products AS p ON p.product_code = a.product_code
WHERE a.opened_by IS NOT NULL AND a.branch_id IS NOT NULL AND a.parent_account_id IS NULL
  AND COALESCE(a.channel, '') <> 'system'
UNION ALL
SELECT 'rep', r.from_rep_id, 'referrals', r.referred_at_day, 100
FROM referrals AS r
UNION ALL
SELECT 'rep', s.rep_id, 'sales_amount', s.sold_at_day, s.amount_cents
FROM sales AS s
WHERE s.reversed_on_day IS NULL

-- model: finra_goal_attainment
-- One row per goal and subject: the target, and what was reached, both in hundredths of an account, referral or dollar
-- (`reached` is 0 where nothing was, also for a metric that cannot be counted).
SELECT
    g.quota_id AS quota_id,
    g.scope AS scope,
    g.subject_id AS subject_id,
    COALESCE(g.role, '') AS role,
    g.metric AS metric,
    g.last_day AS last_day,
    c.month AS month,
    g.target_cents AS target,
    COALESCE(SUM(e.value), 0) AS reached
FROM finra_goal_subjects AS g
JOIN calendar AS c ON c.day = g.last_day
LEFT JOIN finra_goal_events AS e
  ON e.subject_id = g.subject_id
 AND e.metric = g.metric
 AND e.day BETWEEN g.first_day AND g.last_day
 AND e.scope = CASE WHEN g.scope = 'branch' THEN 'branch' ELSE 'rep' END
GROUP BY g.quota_id, g.scope, g.subject_id, COALESCE(g.role, ''), g.metric, g.last_day, c.month, g.target_cents
