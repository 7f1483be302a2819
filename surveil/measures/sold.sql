-- model: sale_branches
-- For each sale whose account names no branch: where the seller was assigned on that day. One row per such sale.
SELECT s.sale_id AS sale_id, MIN(g.branch_id) AS branch_id
FROM sales AS s
JOIN assignments AS g
  ON g.rep_id = s.rep_id
 AND g.start_on_day <= s.sold_at_day
 AND (g.end_on_day IS NULL OR g.end_on_day >= s.sold_at_day)
LEFT JOIN accounts AS a ON a.account_id = s.account_id
WHERE a.branch_id IS NULL
GROUP BY s.sale_id

-- model: sold
-- One row per sale in the window with its product and branch. `advice`: recommended, unsolicited (neither recommended nor
-- solicited as far as is known), or empty (not known).
SELECT s.sale_id AS sale_id, s.rep_id AS rep_id, s.customer_id AS customer_id, s.account_id AS account_id,
       s.product_code AS product_code, COALESCE(p.family, '') AS family, COALESCE(p.is_credit, 0) AS is_credit,
       p.risk_level AS risk_level, p.complexity AS complexity, p.lockup_months AS lockup_months,
       COALESCE(a.branch_id, g.branch_id, '') AS branch_id, COALESCE(b.kind, 'standard') AS branch_kind,
       c.month AS month, s.sold_at_day AS day, s.sold_at_s AS sold_s, s.amount_cents AS amount_cents,
       s.commission_cents AS commission_cents, s.matures_on_day AS matures_day, s.reversed_on_day AS reversed_day,
       s.replaces_sale_id AS replaces_sale_id, s.solicited AS solicited,
       CASE WHEN s.recommended = 1 OR s.solicited = 1 THEN 'recommended'
            WHEN s.recommended = 0 THEN 'unsolicited' ELSE '' END AS advice
FROM sales AS s
JOIN calendar AS c ON c.day = s.sold_at_day
LEFT JOIN products AS p ON p.product_code = s.product_code
LEFT JOIN accounts AS a ON a.account_id = s.account_id
LEFT JOIN sale_branches AS g ON g.sale_id = s.sale_id
LEFT JOIN branches AS b ON b.branch_id = COALESCE(a.branch_id, g.branch_id, '')
WHERE s.sold_at_day >= :from_day
