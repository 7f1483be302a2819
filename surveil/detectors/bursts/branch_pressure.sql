-- model: footfall
-- Customers who came to a branch, by branch and month: one for each customer and day with a visit or an appointment kept.
SELECT branch_id, month, COUNT(*) AS n
FROM (
    SELECT DISTINCT t.branch_id AS branch_id, t.customer_id AS customer_id, t.at_day AS day, c.month AS month
    FROM contacts AS t
    JOIN calendar AS c ON c.day = t.at_day
    WHERE t.branch_id IS NOT NULL AND t.kind IN ('visit', 'appointment')
      AND COALESCE(t.outcome, 'attended') NOT IN ('no_show', 'no_answer')
) AS came
GROUP BY branch_id, month

-- model: branch_footfall
-- Customers for whom something was opened at a branch (one for each customer and day), and customers who came, by month.
-- Only months whose every day the contacts' extract covers for the branch.
SELECT s.branch_id AS branch_id, s.branch_kind AS branch_kind, s.month AS month, s.n AS served, f.n AS came
FROM (
    SELECT branch_id, branch_kind, month, COUNT(*) AS n, MIN(contacts_from) AS contacts_from, MIN(contacts_to) AS contacts_to
    FROM (
        SELECT DISTINCT branch_id, branch_kind, month, customer_id, opened_day, contacts_from, contacts_to
        FROM openings
        WHERE rep_id IS NOT NULL AND channel = 'branch' AND contacts_from IS NOT NULL
    ) AS served
    GROUP BY branch_id, branch_kind, month
) AS s
JOIN footfall AS f ON f.branch_id = s.branch_id AND f.month = s.month
JOIN (SELECT month, MIN(day) AS first_day, MAX(day) AS last_day FROM calendar GROUP BY month) AS m
  ON m.month = s.month AND s.contacts_from <= m.first_day AND s.contacts_to >= m.last_day

-- model: branch_pressure_items
-- Poor accounts (see `judged_openings`) by the branch where they were opened.
SELECT account_id, customer_id, rep_id, branch_id, family, product_code, month, opened_day
FROM judged_openings
WHERE poor = 1 AND is_feature = 0

-- model: branch_places
-- One row per branch: the district and region it belongs to (empty: not known).
SELECT branch_id, COALESCE(district, '') AS district, COALESCE(region, '') AS region
FROM branches
