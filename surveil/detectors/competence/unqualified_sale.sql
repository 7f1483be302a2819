-- model: unqualified_sale_items
-- `unmet_clauses` of registrations and licences: one row per sale with one that is not plainly met.
SELECT feed, item_key, rep_id, customer_id, account_id, product_code, day, state, solicited, known, late, unclear, unmet,
       wrong_state, inactive, ended, later
FROM unmet_clauses
WHERE training = 0

-- model: regulated_sale_counts
-- Sales of products that require a registration, by representatives whose registrations are known, counted by
-- representative and month.
SELECT e.rep_id AS rep_id, e.month AS month, COUNT(*) AS n
FROM regulated_sales AS e
JOIN (SELECT DISTINCT rep_id FROM registration_known) AS n ON n.rep_id = e.rep_id
WHERE e.product_code IN (SELECT product_code FROM requirement_kinds WHERE training = 0)
GROUP BY e.rep_id, e.month

-- model: unstated_requirements
-- Sales in the window of products whose requirement is not on record, by product.
SELECT s.product_code AS product_code, s.family AS family, COUNT(*) AS n
FROM sold AS s
JOIN products AS p ON p.product_code = s.product_code
WHERE p.requires IS NULL
GROUP BY s.product_code, s.family
