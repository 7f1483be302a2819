-- model: handled_refusals
-- One row per refusal ("declined" or "opted_out") that a representative was given for a product, with the days to his next
-- approach to the same customer about the same family (empty: none so far), its contact, and the days that can be seen
-- after the refusal (empty: the contacts' extract does not cover it).
SELECT d.contact_id AS contact_id, d.rep_id AS rep_id, d.customer_id AS customer_id, d.family AS family,
       d.branch_id AS branch_id, d.month AS month, d.day AS day, d.next_contact_id AS next_contact_id,
       d.next_day - d.day AS next_days, d.covered_to - d.day AS covered_days
FROM (
    SELECT o.contact_id AS contact_id, o.rep_id AS rep_id, o.customer_id AS customer_id, o.family AS family,
           o.branch_id AS branch_id, o.month AS month, o.day AS day, o.outcome AS outcome, o.covered_to AS covered_to,
           LEAD(o.contact_id) OVER (PARTITION BY o.rep_id, o.customer_id, o.family ORDER BY o.at_s, o.contact_id)
               AS next_contact_id,
           LEAD(o.day) OVER (PARTITION BY o.rep_id, o.customer_id, o.family ORDER BY o.at_s, o.contact_id) AS next_day
    FROM approaches AS o
) AS d
WHERE d.outcome IN ('declined', 'opted_out')

-- model: approaches
-- One row per contact in the window in which a representative approached a customer about a product (a visit or a contact
-- by the customer himself is none), with the product's family, the branch, and what the contacts' extract covers there.
SELECT n.contact_id AS contact_id, n.rep_id AS rep_id, n.customer_id AS customer_id, p.family AS family,
       COALESCE(n.branch_id, h.branch_id, '') AS branch_id, c.month AS month, n.at_day AS day, n.at_s AS at_s,
       n.kind AS kind, n.outcome AS outcome, v.to_day AS covered_to
FROM contacts AS n
JOIN products AS p ON p.product_code = n.product_code
JOIN calendar AS c ON c.day = n.at_day
LEFT JOIN home_branches AS h ON h.rep_id = n.rep_id
LEFT JOIN covered AS v
  ON v.feed = 'contacts' AND v.branch_id = COALESCE(n.branch_id, h.branch_id, '') AND v.channel = ''
 AND v.from_day <= n.at_day AND v.to_day >= n.at_day
WHERE n.rep_id IS NOT NULL
  AND n.at_day >= :from_day
  AND n.kind IN ('call', 'mail', 'email', 'appointment')
  AND n.direction = 'out'

-- model: undirected_contacts
-- Contacts in the window about a product, of a kind by which a customer is approached, of which it is not known whether it
-- was he who approached: counted by representative.
SELECT n.rep_id AS rep_id, COUNT(*) AS n
FROM contacts AS n
JOIN products AS p ON p.product_code = n.product_code
WHERE n.rep_id IS NOT NULL
  AND n.at_day >= :from_day
  AND n.kind IN ('call', 'mail', 'email', 'appointment')
  AND n.direction IS NULL
GROUP BY n.rep_id

-- model: courted_customers
-- One row per approach to a customer about a family on which the same representative approached him :many_approaches
-- times or more in all.
SELECT a.contact_id AS contact_id, a.rep_id AS rep_id, a.customer_id AS customer_id, a.family AS family,
       a.branch_id AS branch_id, a.month AS month, a.day AS day, a.at_s AS at_s, a.outcome AS outcome
FROM approaches AS a
JOIN (
    SELECT rep_id, customer_id, family FROM approaches GROUP BY rep_id, customer_id, family
    HAVING COUNT(*) >= :many_approaches
) AS m ON m.rep_id = a.rep_id AND m.customer_id = a.customer_id AND m.family = a.family

-- model: courted_counts
-- Customers approached about a family, counted by representative, family, branch and month of the first approach.
SELECT rep_id, family, branch_id, month, COUNT(*) AS n
FROM (
    SELECT rep_id, customer_id, family, MIN(branch_id) AS branch_id, MIN(month) AS month
    FROM approaches
    GROUP BY rep_id, customer_id, family
) AS once
GROUP BY rep_id, family, branch_id, month

-- model: unwanted_contacts
-- One row per approach to a customer who had opted out before, or is on record as not to be contacted and was not put there
-- after it, as far as the log of changes says.
SELECT a.contact_id AS contact_id, a.rep_id AS rep_id, a.customer_id AS customer_id, a.family AS family,
       a.branch_id AS branch_id, a.day AS day, a.kind AS kind, a.outcome AS outcome,
       CASE WHEN o.first_s < a.at_s THEN 1 ELSE 0 END AS opted_out
FROM approaches AS a
LEFT JOIN (SELECT customer_id, MIN(at_s) AS first_s FROM contacts WHERE outcome = 'opted_out' GROUP BY customer_id) AS o
  ON o.customer_id = a.customer_id
LEFT JOIN (
    SELECT k.customer_id AS customer_id, MAX(h.changed_at_s) AS changed_s
    FROM customers AS k
    LEFT JOIN profile_changes AS h ON h.customer_id = k.customer_id AND h.field = 'do_not_contact'
    WHERE k.do_not_contact = 1
    GROUP BY k.customer_id
) AS u ON u.customer_id = a.customer_id
WHERE o.first_s < a.at_s OR (u.customer_id IS NOT NULL AND (u.changed_s IS NULL OR u.changed_s <= a.at_s))
