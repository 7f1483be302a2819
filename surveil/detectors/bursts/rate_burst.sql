-- model: burst_days
-- Sittings by who got the credit, branch and business day (a Saturday belongs to the Friday before), features left out. A
-- sitting is a customer, or a whole crowd of one employer's people.
SELECT o.credited_to AS rep_id, o.branch_id AS branch_id, o.business_index AS business_index,
       COUNT(DISTINCT COALESCE('employer ' || k.employer, 'customer ' || o.customer_id)) AS n
FROM openings AS o
LEFT JOIN customers AS u ON u.customer_id = o.customer_id
LEFT JOIN staff_crowds AS k ON k.rep_id = o.rep_id AND k.employer = u.employer AND k.opened_day = o.opened_day
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0
GROUP BY o.credited_to, o.branch_id, o.business_index

-- model: burst_absences
-- Business days on which a representative was absent.
SELECT a.rep_id AS rep_id, c.business_index AS business_index
FROM absent_days AS a
JOIN calendar AS c ON c.day = a.day

-- model: burst_calendar
-- The business days of the window, with the first and last day that count to each.
SELECT business_index, MIN(day) AS first_day, MAX(day) AS last_day
FROM calendar
WHERE day >= :from_day AND day <= :as_of_day
GROUP BY business_index

-- model: burst_cells
-- Openings by staff (not features) whose quality is known (see `account_quality`), by who got the credit, kind of account,
-- branch and business day.
SELECT o.credited_to AS rep_id, o.family AS family, o.branch_kind AS branch_kind, o.branch_id AS branch_id,
       o.month AS month, o.business_index AS business_index, q.poor AS poor, COUNT(*) AS n
FROM openings AS o
JOIN account_quality AS q ON q.account_id = o.account_id
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0
GROUP BY o.credited_to, o.family, o.branch_kind, o.branch_id, o.month, o.business_index, q.poor

-- model: burst_items
-- The poor ones of these openings.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS opener_id, o.credited_to AS rep_id,
       o.branch_id AS branch_id, o.branch_kind AS branch_kind, o.family AS family, o.product_code AS product_code,
       o.month AS month, o.opened_day AS opened_day, o.business_index AS business_index
FROM openings AS o
JOIN account_quality AS q ON q.account_id = o.account_id
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0 AND q.poor = 1
