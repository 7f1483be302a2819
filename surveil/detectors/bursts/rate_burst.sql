-- model: burst_days
-- Sittings by who got the credit, branch and business day (a Saturday belongs to the Friday before), features left out. A
-- sitting is a customer, or a whole crowd of one employer's people.
SELECT o.credited_to AS rep_id, o.branch_id AS branch_id, o.business_index AS business_index,
       COUNT(DISTINCT COALESCE('employer ' || k.employer, 'customer ' || o.customer_id)) AS n
FROM openings AS o
LEFT JOIN staff_crowds AS k ON k.rep_id = o.rep_id AND k.employer = o.employer AND k.opened_day = o.opened_day
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
-- Openings by staff (not features) whose quality is known (see `judged_openings`), by who got the credit, kind of account,
-- branch and business day.
SELECT credited_to AS rep_id, family, branch_kind, branch_id, month, business_index, poor, COUNT(*) AS n
FROM judged_openings
WHERE is_feature = 0 AND poor IS NOT NULL
GROUP BY credited_to, family, branch_kind, branch_id, month, business_index, poor

-- model: burst_items
-- The poor ones of these openings.
SELECT account_id, customer_id, rep_id AS opener_id, credited_to AS rep_id, branch_id, branch_kind, family, product_code,
       month, opened_day, business_index
FROM judged_openings
WHERE is_feature = 0 AND poor = 1
