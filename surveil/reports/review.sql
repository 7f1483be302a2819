-- model: review_openings
-- Accounts and features opened in the period, by representative.
SELECT
    a.opened_by AS rep_id,
    SUM(CASE WHEN a.parent_account_id IS NULL THEN 1 ELSE 0 END) AS accounts,
    SUM(CASE WHEN a.parent_account_id IS NULL THEN 0 ELSE 1 END) AS features
FROM accounts AS a
WHERE a.opened_at_day BETWEEN :period_from AND :period_to AND a.opened_by IS NOT NULL AND COALESCE(a.channel, '') <> 'system'
GROUP BY a.opened_by

-- model: review_sales
-- Sales in the period that were not reversed, by representative.
SELECT s.rep_id AS rep_id, COUNT(*) AS n, SUM(s.amount_cents) AS amount_cents
FROM sales AS s
WHERE s.sold_at_day BETWEEN :period_from AND :period_to AND s.reversed_on_day IS NULL
GROUP BY s.rep_id

-- model: review_reps
-- Who is in the firm's list of representatives.
SELECT r.rep_id AS rep_id, r.name AS rep_name, r.crd_number AS crd_number, r.role AS role, r.registered AS registered,
       r.hired_on_day AS hired_on_day, r.terminated_on_day AS terminated_on_day
FROM reps AS r

-- model: review_registrations
-- Registrations in force at the end of the period.
SELECT g.rep_id AS rep_id, g.qualification AS qualification, g.jurisdiction AS jurisdiction
FROM registrations AS g
WHERE g.granted_on_day <= :period_to
  AND (g.ended_on_day IS NULL OR g.ended_on_day > :period_to)
  AND COALESCE(g.status, 'active') = 'active'

-- model: review_seats
-- Where each representative sat at the end of the period and under whom, by the last assignment begun by then.
SELECT t.rep_id AS rep_id, t.branch_id AS branch_id, t.supervisor_id AS supervisor_id, b.name AS branch_name,
       b.state AS state
FROM (
    SELECT a.rep_id AS rep_id, a.branch_id AS branch_id, a.supervisor_id AS supervisor_id,
           ROW_NUMBER() OVER (PARTITION BY a.rep_id ORDER BY a.start_on_day DESC, a.branch_id) AS place
    FROM assignments AS a
    WHERE a.start_on_day <= :period_to
) AS t
LEFT JOIN branches AS b ON b.branch_id = t.branch_id
WHERE t.place = 1

-- model: review_complaints
-- Complaints received in the period with what Rule 4530(d) asks of each; the branch is the account's, else that of the
-- representative's last assignment begun by the day it was received.
SELECT
    k.complaint_id AS complaint_id,
    k.received_on_day AS received_on_day,
    k.source AS source,
    k.channel AS channel,
    k.customer_id AS customer_id,
    c.name AS customer_name,
    k.account_id AS account_id,
    a.opened_at_day AS opened_on_day,
    k.rep_id AS rep_id,
    r.name AS rep_name,
    r.crd_number AS crd_number,
    r.registered AS registered,
    COALESCE(a.branch_id, z.branch_id) AS branch_id,
    k.product_code AS product_code,
    p.family AS family,
    k.problem_code AS problem_code,
    k.category AS category,
    k.narrative AS narrative,
    k.status AS status,
    k.resolution AS resolution,
    k.settled_on_day AS settled_on_day,
    k.amount_paid_cents AS amount_paid_cents
FROM complaints AS k
LEFT JOIN customers AS c ON c.customer_id = k.customer_id
LEFT JOIN accounts AS a ON a.account_id = k.account_id
LEFT JOIN products AS p ON p.product_code = COALESCE(k.product_code, a.product_code)
LEFT JOIN reps AS r ON r.rep_id = k.rep_id
LEFT JOIN review_seats AS z ON z.rep_id = k.rep_id
WHERE k.received_on_day BETWEEN :period_from AND :period_to
