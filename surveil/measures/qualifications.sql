-- model: requirement_kinds
-- One row per clause of a product's requirement. `training` 1: all its alternatives are the firm's own training codes.
-- `recorded` 1: somebody has one of the alternatives on file, so that the extract does hold them.
SELECT q.product_code AS product_code, q.clause AS clause,
       MIN(CASE WHEN q.qualification IN ('SIE', 'S6', 'S7', 'S22', 'S24', 'S57', 'S63', 'S65', 'S66', 'S79', 'S82', 'S99',
                                         'IAR', 'LIFE', 'HEALTH', 'VARIABLE', 'PC', 'MLO') THEN 0 ELSE 1 END) AS training,
       MAX(CASE WHEN r.qualification IS NOT NULL THEN 1 ELSE 0 END) AS recorded
FROM requirements AS q
LEFT JOIN (SELECT DISTINCT qualification FROM registrations) AS r ON r.qualification = q.qualification
GROUP BY q.product_code, q.clause

-- model: regulated_sales
-- One row per sale, or opening without a sale record, of a product that requires a registration or training: who sold
-- it, to whom, on what day, and the customer's state (empty: not known). A pair joined by sales.account_id is one sale.
SELECT 'sales' AS feed, s.sale_id AS item_key, s.rep_id AS rep_id, s.customer_id AS customer_id,
       s.account_id AS account_id, s.product_code AS product_code, s.sold_at_day AS day, c.month AS month,
       COALESCE(s.state, k.state) AS state, s.solicited AS solicited
FROM sales AS s
JOIN calendar AS c ON c.day = s.sold_at_day
LEFT JOIN customers AS k ON k.customer_id = s.customer_id
WHERE s.product_code IN (SELECT product_code FROM requirements) AND s.sold_at_day >= :from_day
UNION ALL
SELECT 'accounts', a.account_id, a.opened_by, a.customer_id, a.account_id, a.product_code, a.opened_at_day, c.month,
       k.state, NULL
FROM accounts AS a
JOIN calendar AS c ON c.day = a.opened_at_day
LEFT JOIN customers AS k ON k.customer_id = a.customer_id
WHERE a.product_code IN (SELECT product_code FROM requirements)
  AND a.opened_by IS NOT NULL
  AND COALESCE(a.channel, '') <> 'system'
  AND a.opened_at_day >= :from_day
  AND NOT EXISTS (
    SELECT 1 FROM sales AS s
    WHERE s.account_id = a.account_id AND s.product_code IN (SELECT product_code FROM requirements))

-- model: qualification_checks
-- One row per regulated sale, required clause and spell of a registration that could meet it. `covers`: it covers the day,
-- `active`: with a status that counts (empty: with one outside the list). `place`: 1 the right state or a national term, 0
-- another state, empty where the customer's state is not known, or whether the product needs a term of that state.
SELECT e.feed AS feed, e.item_key AS item_key, q.clause AS clause, q.qualification AS qualification,
       CASE WHEN r.granted_on_day <= e.day AND (r.ended_on_day IS NULL OR r.ended_on_day > e.day) THEN 1 ELSE 0 END
           AS covers,
       CASE WHEN r.status = 'unlisted' THEN NULL WHEN COALESCE(r.status, 'active') = 'active' THEN 1 ELSE 0 END AS active,
       CASE WHEN r.granted_on_day > e.day THEN 1 ELSE 0 END AS later,
       CASE WHEN r.recorded_on_day > e.day THEN 1 ELSE 0 END AS recorded_later,
       CASE WHEN p.state_scope = 0
              OR q.qualification NOT IN ('S63', 'S65', 'S66', 'IAR', 'LIFE', 'HEALTH', 'VARIABLE', 'PC', 'MLO') THEN 1
            WHEN r.jurisdiction = e.state THEN 1
            WHEN p.state_scope IS NULL AND r.jurisdiction = 'US' THEN 1
            WHEN p.state_scope IS NULL OR e.state IS NULL THEN NULL
            ELSE 0 END AS place
FROM regulated_sales AS e
JOIN requirements AS q ON q.product_code = e.product_code
JOIN products AS p ON p.product_code = e.product_code
JOIN registrations AS r ON r.rep_id = e.rep_id AND r.qualification = q.qualification

-- model: clause_states
-- One row per regulated sale and required clause: whether it asks for training, and what the representative's
-- registrations say of it on that day.
SELECT e.feed AS feed, e.item_key AS item_key, q.clause AS clause,
       MAX(t.training) AS training, MAX(t.recorded) AS recorded,
       MAX(CASE WHEN k.covers = 1 AND k.active = 1 AND k.place = 1 AND k.recorded_later = 0 THEN 1 ELSE 0 END) AS held,
       MAX(CASE WHEN k.covers = 1 AND k.active = 1 AND k.place = 1 THEN 1 ELSE 0 END) AS held_by_late_record,
       MAX(CASE WHEN k.covers = 1 AND ((k.active = 1 AND k.place IS NULL) OR (k.active IS NULL AND COALESCE(k.place, 1) = 1))
                THEN 1 ELSE 0 END) AS held_somewhere,
       MAX(CASE WHEN k.covers = 1 AND k.active = 1 AND k.place = 0 THEN 1 ELSE 0 END) AS held_elsewhere,
       MAX(CASE WHEN k.covers = 1 AND k.active = 0 THEN 1 ELSE 0 END) AS inactive,
       MAX(CASE WHEN k.covers = 0 AND k.later = 0 THEN 1 ELSE 0 END) AS ended,
       MAX(CASE WHEN k.later = 1 THEN 1 ELSE 0 END) AS later
FROM regulated_sales AS e
JOIN requirements AS q ON q.product_code = e.product_code
JOIN requirement_kinds AS t ON t.product_code = q.product_code AND t.clause = q.clause
LEFT JOIN qualification_checks AS k
  ON k.feed = e.feed AND k.item_key = e.item_key AND k.clause = q.clause AND k.qualification = q.qualification
GROUP BY e.feed, e.item_key, q.clause

-- model: registration_known
-- Representatives of whom it is known what they hold: some registration is on file, or they are marked as not registered.
SELECT rep_id FROM registrations
UNION
SELECT rep_id FROM reps WHERE registered = 0

-- model: unmet_clauses
-- One row per regulated sale and kind of requirement (`training` 1 or 0) with a clause of that kind not plainly met: how
-- many are met only by a late record, may be met in a state not known, are not met, and why not. `recorded` 0: nobody has
-- the missing training on file. `known` 0: no registrations on file, and the representative is not said to be unregistered.
SELECT e.feed AS feed, e.item_key AS item_key, c.training AS training, e.rep_id AS rep_id, e.customer_id AS customer_id,
       e.account_id AS account_id, e.product_code AS product_code, e.day AS day, e.state AS state,
       MIN(e.solicited) AS solicited,
       MAX(CASE WHEN n.rep_id IS NOT NULL THEN 1 ELSE 0 END) AS known,
       MIN(c.recorded) AS recorded,
       SUM(CASE WHEN c.held_by_late_record = 1 THEN 1 ELSE 0 END) AS late,
       SUM(CASE WHEN c.held_by_late_record = 0 AND c.held_somewhere = 1 THEN 1 ELSE 0 END) AS unclear,
       SUM(CASE WHEN c.held_by_late_record = 0 AND c.held_somewhere = 0 THEN 1 ELSE 0 END) AS unmet,
       SUM(CASE WHEN c.held_by_late_record = 0 AND c.held_somewhere = 0 AND c.held_elsewhere = 1 THEN 1 ELSE 0 END)
           AS wrong_state,
       SUM(CASE WHEN c.held_by_late_record = 0 AND c.held_somewhere = 0 AND c.inactive = 1 THEN 1 ELSE 0 END) AS inactive,
       SUM(CASE WHEN c.held_by_late_record = 0 AND c.held_somewhere = 0 AND c.ended = 1 THEN 1 ELSE 0 END) AS ended,
       SUM(CASE WHEN c.held_by_late_record = 0 AND c.held_somewhere = 0 AND c.later = 1 THEN 1 ELSE 0 END) AS later
FROM regulated_sales AS e
JOIN clause_states AS c ON c.feed = e.feed AND c.item_key = e.item_key
LEFT JOIN (SELECT DISTINCT rep_id FROM registration_known) AS n ON n.rep_id = e.rep_id
WHERE c.held = 0
GROUP BY e.feed, e.item_key, c.training, e.rep_id, e.customer_id, e.account_id, e.product_code, e.day, e.state
