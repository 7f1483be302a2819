-- model: served_customers
-- One row per representative and customer he opened something for: kind of branch, branch and month of the first opening.
-- Only openings on days that the complaints' extract covers.
SELECT o.rep_id AS rep_id, o.customer_id AS customer_id, MIN(o.month) AS month, MIN(o.branch_id) AS branch_id,
       MIN(o.branch_kind) AS branch_kind
FROM openings AS o
JOIN covered AS v
  ON v.feed = 'complaints' AND v.branch_id = o.branch_id AND v.channel = o.channel
 AND v.from_day <= o.opened_day AND v.to_day >= o.opened_day
WHERE o.rep_id IS NOT NULL
GROUP BY o.rep_id, o.customer_id

-- model: served_cells
-- Customers served, by representative, kind of branch, branch and month.
SELECT rep_id, branch_kind, branch_id, month, COUNT(*) AS n
FROM served_customers
GROUP BY rep_id, branch_kind, branch_id, month

-- model: complaint_texts
-- One row per complaint in the window with whom it is about (named in it, else the opener of its account), the cell of
-- `served_cells` its customer belongs to (empty: not one of his), and how long it has been open (empty: it is settled).
SELECT t.complaint_id AS complaint_id, t.customer_id AS customer_id, t.account_id AS account_id,
       t.received_on_day AS received_day, COALESCE(t.rep_id, a.opened_by) AS rep_id,
       t.narrative AS narrative, t.category AS category, t.source AS source,
       CASE WHEN COALESCE(t.status, 'open') = 'open' THEN :as_of_day - t.received_on_day END AS open_days,
       s.branch_kind AS branch_kind, s.branch_id AS branch_id, s.month AS month
FROM complaints AS t
LEFT JOIN accounts AS a ON a.account_id = t.account_id
LEFT JOIN served_customers AS s ON s.rep_id = COALESCE(t.rep_id, a.opened_by) AND s.customer_id = t.customer_id
WHERE t.received_on_day >= :from_day
