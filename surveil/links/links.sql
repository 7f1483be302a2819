-- model: linked_values
-- What may tie the accounts asked for (the table `linked_accounts`, handed over) to others: contacts as spelled alike, devices
-- and documents of consents, and other customers' accounts that paid money in.
SELECT c.account_id AS account_id, c.kind AS kind, c.contact_key AS value
FROM linked_accounts AS q
JOIN account_contacts AS c ON c.account_id = q.account_id
UNION
SELECT s.account_id, 'device', s.device_id
FROM linked_accounts AS q
JOIN consents AS s ON s.account_id = q.account_id
WHERE s.device_id IS NOT NULL AND s.kind IN ('e_signature', 'online_application')
UNION
SELECT s.account_id, 'document', s.document_hash
FROM linked_accounts AS q
JOIN consents AS s ON s.account_id = q.account_id
WHERE s.document_hash IS NOT NULL
UNION
SELECT t.account_id, 'money', t.counterparty_account_id
FROM linked_accounts AS q
JOIN accounts AS a ON a.account_id = q.account_id
JOIN transactions AS t ON t.account_id = q.account_id
JOIN accounts AS x ON x.account_id = t.counterparty_account_id
WHERE t.kind IN ('deposit', 'transfer_in') AND t.amount_cents > 0 AND x.customer_id <> a.customer_id

-- model: value_holders
-- The accounts of the whole firm that have one of `linked_values`.
SELECT v.kind AS kind, v.value AS value, c.account_id AS account_id
FROM (SELECT DISTINCT kind, value FROM linked_values) AS v
JOIN account_contacts AS c ON c.kind = v.kind AND c.contact_key = v.value
UNION
SELECT v.kind, v.value, s.account_id
FROM (SELECT DISTINCT kind, value FROM linked_values WHERE kind = 'device') AS v
JOIN consents AS s ON s.device_id = v.value AND s.kind IN ('e_signature', 'online_application')
UNION
SELECT v.kind, v.value, s.account_id
FROM (SELECT DISTINCT kind, value FROM linked_values WHERE kind = 'document') AS v
JOIN consents AS s ON s.document_hash = v.value
UNION
SELECT v.kind, v.value, t.account_id
FROM (SELECT DISTINCT kind, value FROM linked_values WHERE kind = 'money') AS v
JOIN transactions AS t ON t.counterparty_account_id = v.value
WHERE t.kind IN ('deposit', 'transfer_in') AND t.amount_cents > 0

-- model: value_reach
-- For each of `linked_values` how far it reaches in the whole firm: customers, households and openers whose accounts have it.
SELECT h.kind AS kind, h.value AS value, COUNT(DISTINCT a.customer_id) AS customers,
       COUNT(DISTINCT COALESCE(t.household, a.customer_id)) AS households, COUNT(DISTINCT a.opened_by) AS openers
FROM value_holders AS h
JOIN accounts AS a ON a.account_id = h.account_id
LEFT JOIN customer_ties AS t ON t.customer_id = a.customer_id
GROUP BY h.kind, h.value

-- model: account_links
-- One row per account asked for and value that ties it to another customer's account or to somebody of the firm
-- (`employee_id`): with its opener, customer and household, and how far the value reaches.
SELECT v.account_id AS account_id, a.opened_by AS rep_id, a.customer_id AS customer_id,
       COALESCE(t.household, a.customer_id) AS household, v.kind AS kind, v.value AS value,
       r.customers AS customers, r.households AS households, r.openers AS openers, e.rep_id AS employee_id
FROM linked_values AS v
JOIN accounts AS a ON a.account_id = v.account_id
JOIN value_reach AS r ON r.kind = v.kind AND r.value = v.value
LEFT JOIN customer_ties AS t ON t.customer_id = a.customer_id
LEFT JOIN (
    SELECT kind, contact_key, MIN(rep_id) AS rep_id FROM employee_contacts GROUP BY kind, contact_key
) AS e ON e.kind = v.kind AND e.contact_key = v.value
WHERE r.customers > 1 OR e.rep_id IS NOT NULL

-- model: linked_people
-- The owners of the accounts asked for who are persons, with what may show that two records are one person's.
SELECT DISTINCT u.customer_id AS customer_id, u.name AS name, u.birth_on_day AS birth_day, m.key AS email, p.key AS phone,
       t.home AS home
FROM linked_accounts AS q
JOIN accounts AS a ON a.account_id = q.account_id
JOIN customers AS u ON u.customer_id = a.customer_id
LEFT JOIN customer_ties AS t ON t.customer_id = u.customer_id
LEFT JOIN contact_keys AS m ON m.kind = 'email' AND m.raw = u.email
LEFT JOIN contact_keys AS p ON p.kind = 'phone' AND p.raw = u.phone
WHERE COALESCE(u.kind, 'person') = 'person'

-- model: account_owners
-- One row per account asked for: its opener, its customer and his household.
SELECT a.account_id AS account_id, a.opened_by AS rep_id, a.customer_id AS customer_id,
       COALESCE(t.household, a.customer_id) AS household
FROM linked_accounts AS q
JOIN accounts AS a ON a.account_id = q.account_id
LEFT JOIN customer_ties AS t ON t.customer_id = a.customer_id
