-- model: unqualified_sale_items
-- `unmet_clauses` of registrations and licences: one row per sale with one that is not plainly met.
SELECT u.feed AS feed, u.item_key AS item_key, u.rep_id AS rep_id, u.customer_id AS customer_id, u.account_id AS account_id,
       u.product_code AS product_code, u.day AS day, u.state AS state, u.solicited AS solicited, u.known AS known,
       u.late AS late, u.unclear AS unclear, u.unmet AS unmet, u.wrong_state AS wrong_state, u.inactive AS inactive,
       u.ended AS ended, u.later AS later, p.requires AS requires
FROM unmet_clauses AS u
LEFT JOIN products AS p ON p.product_code = u.product_code
WHERE u.training = 0

-- model: regulated_sale_counts
-- Sales of products that require a registration, by representatives whose registrations are known, counted by
-- representative and month.
SELECT e.rep_id AS rep_id, e.month AS month, COUNT(*) AS n
FROM regulated_sales AS e
JOIN (SELECT DISTINCT rep_id FROM registration_known) AS n ON n.rep_id = e.rep_id
WHERE e.product_code IN (SELECT product_code FROM requirement_kinds WHERE training = 0)
GROUP BY e.rep_id, e.month

-- model: sales_without_principal
-- Sales of securities by supervisor of the seller on that day, where what he was registered for is known and no principal's
-- series (24, or 26 for funds and variable contracts) is among it, not even in a status that nobody knows.
SELECT w.supervisor_id AS supervisor_id, COUNT(*) AS n
FROM (
    SELECT e.feed AS feed, e.item_key AS item_key, e.day AS day, MIN(s.supervisor_id) AS supervisor_id
    FROM regulated_sales AS e
    JOIN assignments AS s
      ON s.rep_id = e.rep_id AND s.start_on_day <= e.day AND (s.end_on_day IS NULL OR s.end_on_day >= e.day)
    WHERE s.supervisor_id IS NOT NULL AND e.product_code IN (
        SELECT product_code FROM requirements WHERE qualification IN ('S6', 'S7', 'S22', 'S57', 'S79', 'S82'))
    GROUP BY e.feed, e.item_key, e.day
) AS w
JOIN (SELECT DISTINCT rep_id FROM registration_known) AS n ON n.rep_id = w.supervisor_id
LEFT JOIN registrations AS r
  ON r.rep_id = w.supervisor_id AND r.qualification IN ('S24', 'S26') AND COALESCE(r.status, 'active') IN ('active', 'unlisted')
 AND r.granted_on_day <= w.day AND (r.ended_on_day IS NULL OR r.ended_on_day > w.day)
WHERE r.rep_id IS NULL
GROUP BY w.supervisor_id

-- model: unstated_requirements
-- Sales in the window of products whose requirement is not on record, by product.
SELECT s.product_code AS product_code, s.family AS family, COUNT(*) AS n
FROM sold AS s
JOIN products AS p ON p.product_code = s.product_code
WHERE p.requires IS NULL
GROUP BY s.product_code, s.family
