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

-- model: credit_customers
-- Customers whose need of credit and means are on record and for whom a representative opened something (features left out),
-- counted by the branch and month of the first: without need (high means, and no need on record) or others, and of them
-- those who got credit.
SELECT c.rep_id AS rep_id, c.branch_id AS branch_id, c.branch_kind AS branch_kind, c.month AS month, c.no_need AS no_need,
       COUNT(*) AS n, SUM(c.got_credit) AS got_credit
FROM (
    SELECT o.rep_id AS rep_id, o.customer_id AS customer_id, MIN(o.branch_id) AS branch_id,
           MIN(o.branch_kind) AS branch_kind, MIN(o.month) AS month,
           MAX(CASE WHEN k.credit_need = 0 AND k.liquid_net_worth_cents >= :liquid_cents THEN 1 ELSE 0 END) AS no_need,
           MAX(CASE WHEN p.is_credit = 1
                      OR (p.is_credit IS NULL AND p.family IN ('card', 'credit_line', 'loan', 'mortgage'))
                    THEN 1 ELSE 0 END) AS got_credit
    FROM openings AS o
    JOIN products AS p ON p.product_code = o.product_code
    JOIN customers AS k ON k.customer_id = o.customer_id
    WHERE o.rep_id IS NOT NULL AND o.is_feature = 0
      AND k.credit_need IS NOT NULL AND k.liquid_net_worth_cents IS NOT NULL
    GROUP BY o.rep_id, o.customer_id
) AS c
GROUP BY c.rep_id, c.branch_id, c.branch_kind, c.month, c.no_need
