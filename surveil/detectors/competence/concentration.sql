-- model: held_totals
-- One row per sale of an investment that is meant to be held (shares are traded): what the customer was sold of that family
-- up to and with it, without what was reversed or replaced since.
SELECT sale_id, SUM(kept_cents) OVER (PARTITION BY customer_id, family ORDER BY sold_s) AS held_cents
FROM (
    SELECT s.sale_id AS sale_id, s.customer_id AS customer_id, p.family AS family, s.sold_at_s AS sold_s,
           CASE WHEN s.reversed_on_day IS NOT NULL OR r.sale_id IS NOT NULL THEN 0 ELSE s.amount_cents END AS kept_cents
    FROM sales AS s
    JOIN products AS p ON p.product_code = s.product_code
    LEFT JOIN (SELECT DISTINCT replaces_sale_id AS sale_id FROM sales WHERE replaces_sale_id IS NOT NULL) AS r
      ON r.sale_id = s.sale_id
    WHERE p.family IN ('mutual_fund', 'uit', 'bond', 'structured_note', 'annuity', 'alternative')
) AS kept

-- model: invested_sales
-- One row per sale of an investment: its amount, what was sold of the family with it, and the customer's liquid net worth
-- today.
SELECT s.sale_id AS sale_id, s.rep_id AS rep_id, s.customer_id AS customer_id, s.account_id AS account_id,
       s.product_code AS product_code, s.family AS family, s.complexity AS complexity, s.branch_id AS branch_id,
       s.branch_kind AS branch_kind, s.month AS month, s.day AS day, s.advice AS advice, s.amount_cents AS amount_cents,
       COALESCE(h.held_cents, 0) AS held_cents, s.liquid_net_worth AS liquid_net_worth,
       s.risk_tolerance AS risk_tolerance, s.horizon_months AS horizon_months, s.objective AS objective,
       s.experience AS experience
FROM advised_sales AS s
LEFT JOIN held_totals AS h ON h.sale_id = s.sale_id
WHERE s.family IN ('mutual_fund', 'uit', 'equity', 'bond', 'structured_note', 'annuity', 'alternative')
