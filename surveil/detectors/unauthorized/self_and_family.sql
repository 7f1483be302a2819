-- model: staff_circle
-- One row per representative and customer of his own circle: how near, 3 himself, 2 his household, 1 his home
-- address.
SELECT rep_id, customer_id, MAX(near) AS near
FROM (
    SELECT r.rep_id AS rep_id, r.customer_id AS customer_id, 3 AS near
    FROM reps AS r
    WHERE r.customer_id IS NOT NULL
    UNION ALL
    SELECT r.rep_id, u.customer_id, 2
    FROM reps AS r
    JOIN customers AS s ON s.customer_id = r.customer_id
    JOIN customers AS u ON u.household_id = s.household_id
    UNION ALL
    SELECT e.rep_id, t.customer_id, 1
    FROM employee_contacts AS e
    JOIN customer_ties AS t ON t.home = e.contact_key
    WHERE e.kind = 'address'
) AS circle
GROUP BY rep_id, customer_id

-- model: staff_customers
-- The customers who work for the firm, by their own record or by a representative's.
SELECT customer_id FROM customers WHERE is_employee = 1
UNION
SELECT customer_id FROM reps WHERE customer_id IS NOT NULL

-- model: staff_deals
-- One row per opening by staff and per sale that is not one of them (features left out).
SELECT 'accounts' AS feed, o.account_id AS deal_id, o.rep_id AS rep_id, o.customer_id AS customer_id,
       o.co_owners AS co_owners, o.account_id AS account_id, o.product_code AS product_code, o.branch_id AS branch_id,
       o.opened_day AS day, o.month AS month
FROM openings AS o
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0
UNION ALL
SELECT 'sales', s.sale_id, s.rep_id, s.customer_id, NULL, s.account_id, s.product_code, '', s.sold_at_day, c.month
FROM sales AS s
JOIN calendar AS c ON c.day = s.sold_at_day
LEFT JOIN openings AS o ON o.account_id = s.account_id AND o.rep_id IS NOT NULL
WHERE s.sold_at_day >= :from_day AND o.account_id IS NULL

-- model: deal_days
-- One row per representative and day with deals; the branch is the one of an opening that day, where there was one.
SELECT rep_id, day, MAX(branch_id) AS branch_id, MIN(month) AS month
FROM staff_deals
GROUP BY rep_id, day

-- model: circle_deals
-- The deals with the representative's own circle (`near` as in `staff_circle`; he as a joint owner is himself) or,
-- `near` 0, with somebody else who works for the firm. `branch_id` and `month` are those of the day; `used`: its customer is
-- known to use the account (0 also where not known).
SELECT d.feed AS feed, d.deal_id AS deal_id, d.rep_id AS rep_id, d.customer_id AS customer_id, d.account_id AS account_id,
       d.product_code AS product_code, y.branch_id AS branch_id, d.day AS day, y.month AS month,
       CASE WHEN STRPOS(';' || d.co_owners || ';', ';' || r.customer_id || ';') > 0 THEN 3
            ELSE COALESCE(k.near, 0) END AS near,
       CASE WHEN d.feed = 'accounts' AND u.first_use_days IS NOT NULL THEN 1 ELSE 0 END AS used
FROM staff_deals AS d
JOIN deal_days AS y ON y.rep_id = d.rep_id AND y.day = d.day
LEFT JOIN reps AS r ON r.rep_id = d.rep_id
LEFT JOIN staff_circle AS k ON k.rep_id = d.rep_id AND k.customer_id = d.customer_id
LEFT JOIN staff_customers AS e ON e.customer_id = d.customer_id
LEFT JOIN first_use AS u ON u.account_id = d.account_id
WHERE k.near IS NOT NULL OR e.customer_id IS NOT NULL OR STRPOS(';' || d.co_owners || ';', ';' || r.customer_id || ';') > 0

-- model: deal_day_counts
-- The rows of `deal_days` counted by representative, branch and month.
SELECT rep_id, branch_id, month, COUNT(*) AS n
FROM deal_days
GROUP BY rep_id, branch_id, month

-- model: known_staff
-- How many representatives there are, and of how many the own customer record or the home address is known.
SELECT COUNT(*) AS reps, COUNT(COALESCE(customer_id, address_line)) AS known
FROM reps
