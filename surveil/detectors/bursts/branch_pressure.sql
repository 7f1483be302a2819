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
WHERE poor = 1 AND is_feature = 0 AND branch_id <> ''

-- model: branch_cells
-- The rows of `quality_cells` at branches.
SELECT branch_id, rep_id, family, branch_kind, month, poor, n
FROM quality_cells
WHERE branch_id <> ''

-- model: district_cells
-- The same, of all representatives of a branch together, for branches in a district or region (empty: not known).
SELECT b.district AS district, b.region AS region, c.branch_id AS branch_id, c.family AS family,
       c.branch_kind AS branch_kind, c.month AS month, c.poor AS poor, SUM(c.n) AS n
FROM branch_cells AS c
JOIN branches AS b ON b.branch_id = c.branch_id
WHERE b.district IS NOT NULL OR b.region IS NOT NULL
GROUP BY b.district, b.region, c.branch_id, c.family, c.branch_kind, c.month, c.poor
