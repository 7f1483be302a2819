-- model: lookback_rows
-- Every account and feature as of the day: how many were opened before, in and after the period, by whom.
SELECT
    CASE WHEN a.opened_at_day < :period_from THEN 'before' WHEN a.opened_at_day > :period_to THEN 'after' ELSE 'in' END AS place,
    CASE WHEN a.opened_by IS NULL OR COALESCE(a.channel, '') = 'system' THEN 0 ELSE 1 END AS by_staff,
    COUNT(*) AS n
FROM accounts AS a
GROUP BY
    CASE WHEN a.opened_at_day < :period_from THEN 'before' WHEN a.opened_at_day > :period_to THEN 'after' ELSE 'in' END,
    CASE WHEN a.opened_by IS NULL OR COALESCE(a.channel, '') = 'system' THEN 0 ELSE 1 END

-- model: lookback_population
-- The accounts and features that staff opened in the period, one row each.
SELECT
    a.account_id AS account_id,
    a.customer_id AS customer_id,
    a.opened_by AS rep_id,
    COALESCE(a.branch_id, '') AS branch_id,
    COALESCE(a.channel, '') AS channel,
    COALESCE(p.family, '') AS family,
    a.opened_at_day AS opened_on_day,
    c.month AS month
FROM accounts AS a
JOIN calendar AS c ON c.day = a.opened_at_day
LEFT JOIN products AS p ON p.product_code = a.product_code
WHERE a.opened_at_day BETWEEN :period_from AND :period_to
  AND a.opened_by IS NOT NULL AND COALESCE(a.channel, '') <> 'system'
