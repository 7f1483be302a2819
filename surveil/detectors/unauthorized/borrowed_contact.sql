-- model: contact_domains
-- E-mail addresses on record taken apart at the sign, each spelling once.
SELECT DISTINCT key AS contact_key, SUBSTRING(key, 1, STRPOS(key, '@') - 1) AS local, SUBSTRING(key, STRPOS(key, '@') + 1) AS domain
FROM contact_keys
WHERE kind = 'email'

-- model: placeholders
-- Contacts that nobody has: names for nobody, domains kept for examples, numbers that run 1 2 3 or repeat one digit.
SELECT 'email' AS kind, d.contact_key AS contact_key
FROM contact_domains AS d
JOIN placeholder_mailboxes AS n ON n.local = d.local
UNION
SELECT 'email', d.contact_key
FROM contact_domains AS d
JOIN placeholder_domains AS n ON n.domain = d.domain
UNION
SELECT 'phone', key
FROM contact_keys
WHERE kind = 'phone'
  AND (key LIKE '%123456789%' OR key LIKE '%0000000' OR key LIKE '%1111111' OR key LIKE '%2222222' OR key LIKE '%3333333'
       OR key LIKE '%4444444' OR key LIKE '%5555555' OR key LIKE '%6666666' OR key LIKE '%7777777' OR key LIKE '%8888888'
       OR key LIKE '%9999999')

-- model: odd_contacts
-- One row per opening by staff and contact on it that is not the customer's: an employee's (`opener` 1: the opener's own), at the
-- firm's own domain though the customer is no employee, or a placeholder.
SELECT b.account_id AS account_id, b.kind AS kind, 1 AS employee, b.opener AS opener, 0 AS firm, 0 AS placeholder
FROM borrowed_contacts AS b
UNION ALL
SELECT c.account_id, c.kind, 0, 0, 1, 0
FROM opening_contacts AS c
JOIN contact_domains AS d ON d.contact_key = c.contact_key
JOIN bank_domains AS f ON f.domain = d.domain
JOIN customers AS u ON u.customer_id = c.customer_id
WHERE c.kind = 'email' AND COALESCE(u.is_employee, 0) = 0
  AND NOT EXISTS (SELECT 1 FROM employee_contacts AS e WHERE e.kind = 'email' AND e.contact_key = c.contact_key)
UNION ALL
SELECT c.account_id, c.kind, 0, 0, 0, 1
FROM opening_contacts AS c
JOIN placeholders AS p ON p.kind = c.kind AND p.contact_key = c.contact_key

-- model: borrowed_contact_items
-- One row per opening by staff with a contact that is not the customer's: which, and whose.
SELECT o.account_id AS account_id, o.customer_id AS customer_id, o.rep_id AS rep_id, o.branch_id AS branch_id,
       o.branch_kind AS branch_kind, o.product_code AS product_code, o.channel AS channel, o.month AS month,
       o.opened_day AS opened_day, MIN(c.kind) AS kind, MAX(c.employee) AS employee, MAX(c.opener) AS opener,
       MAX(c.firm) AS firm, MAX(c.placeholder) AS placeholder
FROM odd_contacts AS c
JOIN openings AS o ON o.account_id = c.account_id
GROUP BY o.account_id, o.customer_id, o.rep_id, o.branch_id, o.branch_kind, o.product_code, o.channel, o.month, o.opened_day

-- model: borrowed_contact_cells
-- Customers with a known contact counted by opener, channel, branch and month of the first opening for them; `borrowed` 1
-- where a contact was an employee's or the firm's, `placeholder` 1 where one was nobody's.
SELECT rep_id, channel, branch_kind, branch_id, month, borrowed, placeholder, COUNT(*) AS n
FROM (
    SELECT o.rep_id AS rep_id, o.customer_id AS customer_id, MIN(o.channel) AS channel, MIN(o.branch_kind) AS branch_kind,
           MIN(o.branch_id) AS branch_id, MIN(o.month) AS month,
           MAX(CASE WHEN i.employee = 1 OR i.firm = 1 THEN 1 ELSE 0 END) AS borrowed,
           MAX(COALESCE(i.placeholder, 0)) AS placeholder
    FROM openings AS o
    JOIN (SELECT DISTINCT account_id FROM opening_contacts) AS c ON c.account_id = o.account_id
    LEFT JOIN borrowed_contact_items AS i ON i.account_id = o.account_id
    GROUP BY o.rep_id, o.customer_id
) AS customers_served
GROUP BY rep_id, channel, branch_kind, branch_id, month, borrowed, placeholder
