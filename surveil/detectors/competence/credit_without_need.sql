-- model: credit_openings
-- One row per credit account (no feature of another) that staff opened for a customer: his need of credit and means as on
-- record, the product's horizon of use, and the first use as far as it could be seen.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.channel AS channel, o.month AS month,
       o.opened_day AS opened_day, k.credit_need AS credit_need, k.liquid_net_worth_cents AS liquid_cents,
       o.unused_after_days AS unused_after_days, u.first_use_days AS first_use_days, u.seen_days AS seen_days
FROM openings AS o
JOIN products AS p ON p.product_code = o.product_code
JOIN customers AS k ON k.customer_id = o.customer_id
LEFT JOIN first_use AS u ON u.account_id = o.account_id
WHERE o.rep_id IS NOT NULL
  AND o.is_feature = 0
  AND (p.is_credit = 1 OR (p.is_credit IS NULL AND p.family IN ('card', 'credit_line', 'loan', 'mortgage')))

-- model: needless_customers
-- One row per representative and customer who is on record as needing no credit and for whom he opened something (features
-- left out): where and when first, his means (empty: not known), and whether credit was among it.
SELECT o.rep_id AS rep_id, o.customer_id AS customer_id, MIN(o.branch_id) AS branch_id, MIN(o.branch_kind) AS branch_kind,
       MIN(o.month) AS month, MIN(o.opened_day) AS opened_day, MIN(k.liquid_net_worth_cents) AS liquid_cents,
       MAX(CASE WHEN p.is_credit = 1 OR (p.is_credit IS NULL AND p.family IN ('card', 'credit_line', 'loan', 'mortgage'))
                THEN 1 ELSE 0 END) AS got_credit
FROM openings AS o
JOIN products AS p ON p.product_code = o.product_code
JOIN customers AS k ON k.customer_id = o.customer_id
WHERE o.rep_id IS NOT NULL AND o.is_feature = 0 AND k.credit_need = 0
GROUP BY o.rep_id, o.customer_id
