-- model: profile_then
-- One row per sale and field of the customer's profile that was changed after it: the value at the sale, as text.
SELECT sale_id, rep_id, field, old_value AS value
FROM (
    SELECT s.sale_id AS sale_id, s.rep_id AS rep_id, h.field AS field, h.old_value AS old_value,
           ROW_NUMBER() OVER (PARTITION BY s.sale_id, h.field ORDER BY h.changed_at_s, h.change_id) AS place
    FROM sold AS s
    JOIN profile_changes AS h ON h.customer_id = s.customer_id AND h.changed_at_s > s.sold_s
    WHERE h.field IN ('risk_tolerance', 'objective', 'horizon_months', 'experience', 'liquid_net_worth')
) AS later
WHERE place = 1

-- model: profile_before_edit
-- One row per sale and field of the profile that the seller himself changed in the :edit_days days before it: the value
-- before his first change, as text.
SELECT sale_id, rep_id, field, old_value AS value
FROM (
    SELECT s.sale_id AS sale_id, s.rep_id AS rep_id, h.field AS field, h.old_value AS old_value,
           ROW_NUMBER() OVER (PARTITION BY s.sale_id, h.field ORDER BY h.changed_at_s, h.change_id) AS place
    FROM sold AS s
    JOIN profile_changes AS h
      ON h.customer_id = s.customer_id
     AND h.changed_by = s.rep_id
     AND h.changed_at_s <= s.sold_s
     AND h.changed_at_day >= s.day - :edit_days
    WHERE h.field IN ('risk_tolerance', 'objective', 'horizon_months', 'experience', 'liquid_net_worth')
) AS edited
WHERE place = 1

-- model: advised_sales
-- One row per sale of something that is not credit, with the customer's profile as it is today.
SELECT s.sale_id AS sale_id, s.rep_id AS rep_id, s.customer_id AS customer_id, s.account_id AS account_id,
       s.product_code AS product_code, s.family AS family, s.risk_level AS risk_level, s.complexity AS complexity,
       s.lockup_months AS lockup_months, s.branch_id AS branch_id, s.branch_kind AS branch_kind, s.month AS month,
       s.day AS day, s.advice AS advice, s.amount_cents AS amount_cents, k.birth_on_day AS birth_day,
       k.risk_tolerance AS risk_tolerance, k.objective AS objective, k.horizon_months AS horizon_months,
       k.experience AS experience, k.liquid_net_worth_cents AS liquid_net_worth
FROM sold AS s
LEFT JOIN customers AS k ON k.customer_id = s.customer_id
WHERE s.is_credit = 0
