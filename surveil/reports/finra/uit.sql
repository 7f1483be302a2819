-- model: uit_sales
-- One row per sale of units of a unit trust in the period that was not reversed. `replaces_uit` is 1 where it names an earlier
-- sale of a unit trust that it replaces (a rollover), 0 where it replaces nothing or something else; `end_day` is the day
-- on which the trust given up ends, empty where that is not on record.
SELECT
    s.sale_id AS sale_id,
    s.rep_id AS rep_id,
    r.name AS rep_name,
    r.crd_number AS crd_number,
    s.customer_id AS customer_id,
    s.account_id AS account_id,
    s.product_code AS product_code,
    s.sold_at_day AS sold_on_day,
    s.amount_cents AS amount_cents,
    s.commission_cents AS commission_cents,
    s.replaces_sale_id AS replaces_sale_id,
    CASE WHEN op.family = 'uit' THEN 1 ELSE 0 END AS replaces_uit,
    CASE WHEN s.replaces_sale_id IS NOT NULL AND o.sale_id IS NULL THEN 1 ELSE 0 END AS replaced_unknown,
    o.product_code AS replaced_product,
    o.sold_at_day AS replaced_bought_day,
    o.matures_on_day AS end_day
FROM sales AS s
JOIN products AS p ON p.product_code = s.product_code AND p.family = 'uit'
LEFT JOIN sales AS o ON o.sale_id = s.replaces_sale_id
LEFT JOIN products AS op ON op.product_code = o.product_code
LEFT JOIN reps AS r ON r.rep_id = s.rep_id
WHERE s.sold_at_day BETWEEN :period_from AND :period_to AND s.reversed_on_day IS NULL

-- model: uit_given_up
-- One row per sale in the period, not reversed, of something else than a unit trust that names a unit trust it replaces.
SELECT s.sale_id AS sale_id, s.rep_id AS rep_id, s.product_code AS product_code, p.family AS family,
       s.sold_at_day AS sold_on_day, o.matures_on_day AS end_day, o.product_code AS replaced_product
FROM sales AS s
JOIN sales AS o ON o.sale_id = s.replaces_sale_id
JOIN products AS op ON op.product_code = o.product_code AND op.family = 'uit'
LEFT JOIN products AS p ON p.product_code = s.product_code
WHERE s.sold_at_day BETWEEN :period_from AND :period_to AND s.reversed_on_day IS NULL AND COALESCE(p.family, '') <> 'uit'

-- model: uit_sellers
-- Who sold a unit trust in the period.
SELECT DISTINCT rep_id FROM uit_sales

-- model: uit_blotter
-- Every sale of the period by somebody who sold unit trusts, reversed ones too.
SELECT s.rep_id AS rep_id, s.sale_id AS sale_id, s.sold_at_day AS sold_on_day, s.customer_id AS customer_id,
       s.account_id AS account_id, s.product_code AS product_code, p.family AS family, s.amount_cents AS amount_cents,
       s.commission_cents AS commission_cents, s.solicited AS solicited, s.recommended AS recommended,
       s.replaces_sale_id AS replaces_sale_id, s.matures_on_day AS matures_on_day, s.reversed_on_day AS reversed_on_day
FROM sales AS s
JOIN uit_sellers AS u ON u.rep_id = s.rep_id
LEFT JOIN products AS p ON p.product_code = s.product_code
WHERE s.sold_at_day BETWEEN :period_from AND :period_to

-- model: uit_accounts
-- One row per account of a customer to whom a seller of unit trusts sold something in the period, and seller.
SELECT c.rep_id AS rep_id, a.account_id AS account_id, a.customer_id AS customer_id, k.name AS customer_name,
       a.product_code AS product_code, a.opened_at_day AS opened_on_day, a.status AS status, a.closed_on_day AS closed_on_day
FROM (SELECT DISTINCT rep_id, customer_id FROM uit_blotter) AS c
JOIN accounts AS a ON a.customer_id = c.customer_id AND a.parent_account_id IS NULL
LEFT JOIN customers AS k ON k.customer_id = a.customer_id
