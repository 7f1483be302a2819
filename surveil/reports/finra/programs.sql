-- model: finra_openings
-- Accounts (is_feature 0) and features (1) opened in the period: how many by campaign, product family and month.
-- by_employee is 0 where nobody at the firm opened it (self-service, migration, conversion).
SELECT
    COALESCE(a.campaign_id, '') AS campaign_id,
    COALESCE(p.family, '') AS family,
    CASE WHEN a.parent_account_id IS NULL THEN 0 ELSE 1 END AS is_feature,
    CASE WHEN a.opened_by IS NULL OR COALESCE(a.channel, '') = 'system' THEN 0 ELSE 1 END AS by_employee,
    c.month AS month,
    COUNT(*) AS n
FROM accounts AS a
JOIN calendar AS c ON c.day = a.opened_at_day
LEFT JOIN products AS p ON p.product_code = a.product_code
WHERE a.opened_at_day BETWEEN :period_from AND :period_to
GROUP BY
    COALESCE(a.campaign_id, ''),
    COALESCE(p.family, ''),
    CASE WHEN a.parent_account_id IS NULL THEN 0 ELSE 1 END,
    CASE WHEN a.opened_by IS NULL OR COALESCE(a.channel, '') = 'system' THEN 0 ELSE 1 END,
    c.month

-- model: finra_campaigns
-- Campaigns in force on at least one day of the period.
SELECT campaign_id, name, family, region, branch_id, starts_on_day, ends_on_day
FROM campaigns
WHERE starts_on_day <= :period_to AND ends_on_day >= :period_from

-- model: finra_sales
-- Sales of the period by product and month. Reversed sales are counted beside the others, not among them.
SELECT
    COALESCE(p.family, '') AS family,
    s.product_code AS product_code,
    COALESCE(MIN(p.name), '') AS product_name,
    c.month AS month,
    SUM(CASE WHEN s.reversed_on_day IS NULL THEN 1 ELSE 0 END) AS n,
    SUM(CASE WHEN s.reversed_on_day IS NULL THEN s.amount_cents ELSE 0 END) AS amount_cents,
    SUM(CASE WHEN s.reversed_on_day IS NULL THEN COALESCE(s.commission_cents, 0) ELSE 0 END) AS commission_cents,
    SUM(CASE WHEN s.reversed_on_day IS NULL AND s.commission_cents IS NULL THEN 1 ELSE 0 END) AS n_commission_unknown,
    SUM(CASE WHEN s.reversed_on_day IS NULL THEN 0 ELSE 1 END) AS n_reversed
FROM sales AS s
JOIN calendar AS c ON c.day = s.sold_at_day
LEFT JOIN products AS p ON p.product_code = s.product_code
WHERE s.sold_at_day BETWEEN :period_from AND :period_to
GROUP BY COALESCE(p.family, ''), s.product_code, c.month

-- model: finra_referrals
-- Referrals of the period by product family, outcome and month, with the fees paid for them.
SELECT
    COALESCE(p.family, '') AS family,
    COALESCE(r.outcome, '') AS outcome,
    c.month AS month,
    COUNT(*) AS n,
    SUM(COALESCE(r.fee_paid_cents, 0)) AS fee_cents
FROM referrals AS r
JOIN calendar AS c ON c.day = r.referred_at_day
LEFT JOIN products AS p ON p.product_code = r.product_code
WHERE r.referred_at_day BETWEEN :period_from AND :period_to
GROUP BY COALESCE(p.family, ''), COALESCE(r.outcome, ''), c.month
