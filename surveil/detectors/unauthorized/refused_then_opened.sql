-- model: refusals
-- One row per time that a customer declined a product, in a contact of any kind, or asked not to be approached about it.
SELECT contact_id, customer_id, product_code, at_s, at_day, rep_id
FROM contacts
WHERE outcome IN ('declined', 'opted_out') AND product_code IS NOT NULL

-- model: refused_openings
-- One row per opening by staff of a product that its customer had declined within :cooling_days days before: his last refusal.
SELECT account_id, refused_s, refused_day, refused_to
FROM (
    SELECT o.account_id AS account_id, r.at_s AS refused_s, r.at_day AS refused_day, r.rep_id AS refused_to,
           ROW_NUMBER() OVER (PARTITION BY o.account_id ORDER BY r.at_s DESC, r.contact_id) AS place
    FROM openings AS o
    JOIN refusals AS r
      ON r.customer_id = o.customer_id AND r.product_code = o.product_code
     AND r.at_day >= o.opened_day - :cooling_days AND r.at_day <= o.opened_day AND r.at_s <= o.opened_s
    WHERE o.rep_id IS NOT NULL
) AS ranked
WHERE place = 1

-- model: later_answers
-- For the rows of `refused_openings`, what came after the refusal and up to the day of the opening: `said_yes` 1 where the
-- customer accepted it (or something unnamed), `came_back` 1 where he asked about it himself.
SELECT f.account_id AS account_id,
       MAX(CASE WHEN c.outcome = 'accepted' THEN 1 ELSE 0 END) AS said_yes,
       MAX(CASE WHEN c.direction = 'in' AND c.product_code IS NOT NULL
                 AND COALESCE(c.outcome, 'attended') IN ('attended', 'accepted') THEN 1 ELSE 0 END) AS came_back
FROM refused_openings AS f
JOIN openings AS o ON o.account_id = f.account_id
JOIN contacts AS c ON c.customer_id = o.customer_id AND c.at_s > f.refused_s AND c.at_day <= o.opened_day
WHERE c.product_code = o.product_code OR c.product_code IS NULL
GROUP BY f.account_id

-- model: refused_then_opened_items
-- One row per opening by staff of what its customer had declined, with no yes since.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.channel AS channel, o.month AS month,
       o.opened_day AS opened_day, o.opened_day - f.refused_day AS days_after_refusal,
       CASE WHEN f.refused_to = o.rep_id THEN 1 WHEN f.refused_to IS NOT NULL THEN 0 END AS refused_to_opener,
       COALESCE(a.came_back, 0) AS came_back
FROM refused_openings AS f
JOIN openings AS o ON o.account_id = f.account_id
LEFT JOIN later_answers AS a ON a.account_id = f.account_id
WHERE COALESCE(a.said_yes, 0) = 0

-- model: refused_then_opened_cells
-- Openings by staff counted by opener, kind of account, branch and month; `refused` 1 for those of the items that are held
-- against the opener: a customer's first with him, where the customer did not come back by himself; `known` 1 where the
-- contacts' extract covers the :cooling_days days before.
SELECT rep_id, product_code, channel, branch_kind, branch_id, month, known, refused, COUNT(*) AS n
FROM (
    SELECT o.rep_id AS rep_id, o.product_code AS product_code, o.channel AS channel, o.branch_kind AS branch_kind,
           o.branch_id AS branch_id, o.month AS month,
           CASE WHEN o.contacts_from <= o.opened_day - :cooling_days THEN 1 ELSE 0 END AS known,
           CASE WHEN h.account_id IS NULL THEN 0 ELSE 1 END AS refused
    FROM openings AS o
    LEFT JOIN (
        SELECT account_id,
               ROW_NUMBER() OVER (PARTITION BY rep_id, customer_id ORDER BY opened_day, account_id) AS place
        FROM refused_then_opened_items
        WHERE came_back = 0
    ) AS h ON h.account_id = o.account_id AND h.place = 1
    WHERE o.rep_id IS NOT NULL
) AS counted
GROUP BY rep_id, product_code, channel, branch_kind, branch_id, month, known, refused
