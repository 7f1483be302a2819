-- model: sales_results
-- One row per sale with what became of it: `poor` 1 where it was reversed within :result_days days or its account closed
-- within them, 0 where neither happened in that time, empty where the time has not passed yet.
SELECT s.sale_id AS sale_id, s.rep_id AS rep_id, s.customer_id AS customer_id, s.account_id AS account_id,
       s.product_code AS product_code, s.family AS family, s.branch_id AS branch_id, s.branch_kind AS branch_kind,
       s.month AS month, s.day AS day, s.amount_cents AS amount_cents,
       CASE WHEN s.reversed_day <= s.day + :result_days THEN 1
            WHEN a.opened_at_day = s.day AND a.closed_on_day <= s.day + :result_days THEN 1
            WHEN s.day + :result_days <= :as_of_day THEN 0 END AS poor
FROM sold AS s
LEFT JOIN accounts AS a ON a.account_id = s.account_id

-- model: sales_history
-- Sales of all time as of the day, counted by representative, family and month.
SELECT s.rep_id AS rep_id, p.family AS family, c.month AS month, COUNT(*) AS n
FROM sales AS s
JOIN products AS p ON p.product_code = s.product_code
JOIN calendar AS c ON c.day = s.sold_at_day
GROUP BY s.rep_id, p.family, c.month
