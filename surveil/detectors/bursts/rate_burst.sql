-- model: burst_sittings
-- One row per opening by staff (not features) and who got the credit, with whom it was for: the customer, or a whole crowd
-- of one employer's people.
-- `poor`: see `account_quality` (empty: not known).
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS opener_id,
       o.credited_to AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.family AS family, o.product_code AS product_code, o.month AS month,
       o.opened_day AS opened_day, o.business_index AS business_index,
       COALESCE('employer ' || k.employer, 'customer ' || o.customer_id) AS sitting, q.poor AS poor
FROM openings AS o
LEFT JOIN customers AS u ON u.customer_id = o.customer_id
LEFT JOIN staff_crowds AS k ON k.rep_id = o.rep_id AND k.employer = u.employer AND k.opened_day = o.opened_day
LEFT JOIN account_quality AS q ON q.account_id = o.account_id
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0

-- model: burst_days
-- Sittings by who got the credit, branch and business day (a Saturday belongs to the Friday before).
SELECT rep_id, branch_id, business_index, COUNT(DISTINCT sitting) AS n
FROM burst_sittings
GROUP BY rep_id, branch_id, business_index

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
-- Openings whose quality is known, by who got the credit, kind of account, branch and business day.
SELECT rep_id, family, branch_kind, branch_id, month, business_index, poor, COUNT(*) AS n
FROM burst_sittings
WHERE poor IS NOT NULL
GROUP BY rep_id, family, branch_kind, branch_id, month, business_index, poor

-- model: burst_items
-- The poor ones of these openings.
SELECT account_id, customer_id, opener_id, rep_id, branch_id, branch_kind, family, product_code, month, opened_day, business_index
FROM burst_sittings
WHERE poor = 1
