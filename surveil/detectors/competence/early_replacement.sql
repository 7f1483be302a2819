-- model: replaced_sales
-- One row per sale in the window that says which earlier sale it replaces: the earlier product, when that was sold and when
-- it ends (`end_day` empty: not on record; then its lock-up counts), and what the new sale cost.
SELECT n.sale_id AS sale_id, n.rep_id AS rep_id, n.customer_id AS customer_id, n.account_id AS account_id,
       n.branch_id AS branch_id, n.branch_kind AS branch_kind, n.month AS month, n.day AS day,
       n.product_code AS product_code, n.family AS family, n.advice AS advice,
       n.solicited AS solicited, n.amount_cents AS amount_cents,
       n.commission_cents AS commission_cents, n.replaces_sale_id AS replaces_sale_id,
       CASE WHEN o.sale_id IS NULL THEN 0 ELSE 1 END AS earlier_known,
       o.product_code AS earlier_product, COALESCE(p.family, '') AS earlier_family, o.sold_at_day AS earlier_day,
       o.matures_on_day AS end_day, p.lockup_months AS lockup_months
FROM sold AS n
LEFT JOIN sales AS o ON o.sale_id = n.replaces_sale_id
LEFT JOIN products AS p ON p.product_code = o.product_code
WHERE n.replaces_sale_id IS NOT NULL

-- model: term_sale_counts
-- Sales of unit trusts, annuities and structured notes, and sales that replace one of them, counted by seller, branch
-- and month.
SELECT n.rep_id AS rep_id, n.branch_id AS branch_id, n.branch_kind AS branch_kind, n.month AS month, COUNT(*) AS n
FROM sold AS n
LEFT JOIN replaced_sales AS r ON r.sale_id = n.sale_id
WHERE n.family IN ('uit', 'annuity', 'structured_note') OR r.earlier_family IN ('uit', 'annuity', 'structured_note')
GROUP BY n.rep_id, n.branch_id, n.branch_kind, n.month
