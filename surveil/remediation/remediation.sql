-- model: credit_inquiries
-- One row per account in question (the table `questioned`, handed over) for which a credit report was pulled.
SELECT q.account_id AS account_id, MIN(a.customer_id) AS customer_id, MIN(a.credit_pulled_at_day) AS pulled_day
FROM questioned AS q
JOIN accounts AS a ON a.account_id = q.account_id
WHERE a.credit_pulled_at_day IS NOT NULL
GROUP BY q.account_id

-- model: addressees
-- The names of the customers that are written to (the table `addressed`, handed over).
SELECT w.customer_id AS customer_id, MIN(c.name) AS name
FROM addressed AS w
JOIN customers AS c ON c.customer_id = w.customer_id
WHERE c.name IS NOT NULL
GROUP BY w.customer_id
