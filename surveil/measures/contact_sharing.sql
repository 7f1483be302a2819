-- model: account_contacts
-- One row per account and contact, as spelled alike: the account's own phone and e-mail, else the customer's; the customer's
-- home; and the device, where an account was opened online. (In a branch it is the opener's.)
SELECT a.account_id AS account_id, a.customer_id AS customer_id, k.kind AS kind, k.key AS contact_key
FROM accounts AS a
LEFT JOIN customers AS u ON u.customer_id = a.customer_id
JOIN contact_keys AS k ON k.kind = 'phone' AND k.raw = COALESCE(a.phone, u.phone)
UNION ALL
SELECT a.account_id, a.customer_id, k.kind, k.key
FROM accounts AS a
LEFT JOIN customers AS u ON u.customer_id = a.customer_id
JOIN contact_keys AS k ON k.kind = 'email' AND k.raw = COALESCE(a.email, u.email)
UNION ALL
SELECT a.account_id, a.customer_id, 'address', h.home
FROM accounts AS a
JOIN customer_ties AS h ON h.customer_id = a.customer_id AND h.home IS NOT NULL
UNION ALL
SELECT a.account_id, a.customer_id, 'device', a.device_id
FROM accounts AS a
WHERE a.device_id IS NOT NULL AND a.channel IN ('online', 'mobile')

-- model: customer_ties
-- What ties customers to each other: household, home (of which `street` is street and number: post codes are mistyped),
-- employer and the name after the first word (a family name, mostly).
SELECT u.customer_id AS customer_id, COALESCE(u.household_id, u.customer_id) AS household,
       k.key || '|' || u.postal_code AS home, CASE WHEN u.postal_code IS NOT NULL THEN k.key END AS street,
       u.employer AS employer,
       LOWER(SUBSTRING(u.name, STRPOS(u.name, ' ') + 1)) AS family_name
FROM customers AS u
LEFT JOIN contact_keys AS k ON k.kind = 'address' AND k.raw = u.address_line

-- model: opening_contacts
-- The rows of `account_contacts` of openings by staff.
SELECT o.account_id AS account_id, o.rep_id AS rep_id, o.customer_id AS customer_id, o.opened_s AS opened_s,
       COALESCE(t.household, o.customer_id) AS household, COALESCE(t.home, o.customer_id) AS home,
       COALESCE(t.street, o.customer_id) AS street, COALESCE(t.family_name, o.customer_id) AS family_name,
       t.employer AS employer,
       c.kind AS kind, c.contact_key AS contact_key
FROM openings AS o
JOIN account_contacts AS c ON c.account_id = o.account_id
LEFT JOIN customer_ties AS t ON t.customer_id = o.customer_id
WHERE o.rep_id IS NOT NULL

-- model: shared_contacts
-- One row per opener and contact that at least :shared_households households have which he opened accounts for.
SELECT rep_id, kind, contact_key, COUNT(DISTINCT household) AS households, COUNT(DISTINCT home) AS homes,
       COUNT(DISTINCT family_name) AS families, COUNT(DISTINCT employer) AS employers,
       COUNT(*) - COUNT(employer) AS without_employer
FROM opening_contacts
GROUP BY rep_id, kind, contact_key
HAVING COUNT(DISTINCT household) >= :shared_households

-- model: contact_reach
-- For each of `shared_contacts`, the households of the whole firm that have it, whoever opened for them.
SELECT c.kind AS kind, c.contact_key AS contact_key, COUNT(DISTINCT COALESCE(t.household, c.customer_id)) AS households
FROM account_contacts AS c
JOIN (SELECT DISTINCT kind, contact_key FROM shared_contacts) AS s ON s.kind = c.kind AND s.contact_key = c.contact_key
LEFT JOIN customer_ties AS t ON t.customer_id = c.customer_id
GROUP BY c.kind, c.contact_key

-- model: contact_use
-- For each of `shared_contacts`, how many of the opener's accounts with it were watched, and how many their customers used.
SELECT c.rep_id AS rep_id, c.kind AS kind, c.contact_key AS contact_key, COUNT(*) AS watched,
       SUM(CASE WHEN f.first_use_days IS NULL THEN 0 ELSE 1 END) AS used
FROM opening_contacts AS c
JOIN shared_contacts AS s ON s.rep_id = c.rep_id AND s.kind = c.kind AND s.contact_key = c.contact_key
JOIN openings AS o ON o.account_id = c.account_id AND o.is_feature = 0
JOIN first_use AS f ON f.account_id = c.account_id AND f.seen_days >= :watched_days
GROUP BY c.rep_id, c.kind, c.contact_key

-- model: residents
-- The people that an opener opened accounts for, with street and number where they live. (Companies live nowhere. Not at an
-- employee's home.)
SELECT DISTINCT c.rep_id AS rep_id, c.customer_id AS customer_id, c.household AS household, c.family_name AS family_name,
       c.street AS street
FROM opening_contacts AS c
JOIN customers AS u ON u.customer_id = c.customer_id AND COALESCE(u.kind, 'person') <> 'business'
LEFT JOIN (SELECT DISTINCT contact_key FROM employee_contacts WHERE kind = 'address') AS e ON e.contact_key = c.home
WHERE c.kind = 'address' AND e.contact_key IS NULL

-- model: residence_people
-- The rows of `residents` in a street and number where :shared_households of the opener's households of as many family names
-- live: a residence, a shelter, a prison, a shared flat.
SELECT r.rep_id AS rep_id, r.customer_id AS customer_id, r.household AS household, r.street AS street
FROM residents AS r
JOIN (
    SELECT rep_id, street
    FROM residents
    GROUP BY rep_id, street
    HAVING COUNT(DISTINCT household) >= :shared_households AND COUNT(DISTINCT family_name) >= :shared_households
) AS h ON h.rep_id = r.rep_id AND h.street = r.street

-- model: residence_contacts
-- Those of `shared_contacts` that are a residence's: :residence_percent percent of their households live there.
SELECT DISTINCT s.rep_id AS rep_id, s.kind AS kind, s.contact_key AS contact_key
FROM shared_contacts AS s
JOIN (
    SELECT c.rep_id AS rep_id, c.kind AS kind, c.contact_key AS contact_key, COUNT(DISTINCT c.household) AS households
    FROM opening_contacts AS c
    JOIN residence_people AS r ON r.rep_id = c.rep_id AND r.customer_id = c.customer_id
    WHERE c.kind <> 'address'
    GROUP BY c.rep_id, c.kind, c.contact_key, r.street
) AS h ON h.rep_id = s.rep_id AND h.kind = s.kind AND h.contact_key = s.contact_key
WHERE h.households * 100 >= s.households * :residence_percent

-- model: holders
-- The phone numbers and e-mail addresses of customers, no employees, as the firm knows them: whose they are, and since when.
SELECT k.kind AS kind, k.key AS contact_key, u.customer_id AS customer_id, u.created_on_day AS since_day
FROM contact_keys AS k
JOIN (SELECT DISTINCT kind, contact_key FROM shared_contacts WHERE kind IN ('phone', 'email')) AS s
  ON s.kind = k.kind AND s.contact_key = k.key
JOIN customers AS u ON k.raw = CASE WHEN k.kind = 'phone' THEN u.phone ELSE u.email END
WHERE COALESCE(u.is_employee, 0) = 0

-- model: guardian_contacts
-- Those of `shared_contacts` that belong to somebody whom the firm had known for :guardian_days days when this opener first
-- opened an account with it, and who is none of those whose accounts they are: a guardian, a payee, a lawyer. (A contact that
-- was written over that of an old customer of the opener's is not one.)
SELECT DISTINCT s.rep_id AS rep_id, s.kind AS kind, s.contact_key AS contact_key
FROM (
    SELECT c.rep_id AS rep_id, c.kind AS kind, c.contact_key AS contact_key, MIN(o.opened_day) AS first_day
    FROM opening_contacts AS c
    JOIN shared_contacts AS s ON s.rep_id = c.rep_id AND s.kind = c.kind AND s.contact_key = c.contact_key
    JOIN openings AS o ON o.account_id = c.account_id
    GROUP BY c.rep_id, c.kind, c.contact_key
) AS s
JOIN holders AS h
  ON h.kind = s.kind AND h.contact_key = s.contact_key AND h.since_day <= s.first_day - :guardian_days
LEFT JOIN opening_contacts AS own ON own.rep_id = s.rep_id AND own.customer_id = h.customer_id
WHERE own.customer_id IS NULL

-- model: judged_contacts
-- `shared_contacts` with what may explain each: `relatives` (too few homes or family names), `employer` (all work for one),
-- `residence` (of `residence_contacts`), `guardian` (of `guardian_contacts`), `facility` (less than :concentration_percent
-- percent of the households that have it came to this opener), `used`; else empty. For the latter :used_percent percent of
-- its accounts that were watched, at least :shared_households, are used; for a residence's and a guardian's
-- :residence_used_percent.
SELECT s.rep_id AS rep_id, s.kind AS kind, s.contact_key AS contact_key, s.households AS households,
       r.households AS firm_households,
       CASE WHEN s.families < :shared_households THEN 'relatives'
            WHEN s.homes < :shared_households AND s.kind <> 'address' THEN 'relatives'
            WHEN s.employers = 1 AND s.without_employer = 0 THEN 'employer'
            WHEN COALESCE(h.contact_key, g.contact_key) IS NOT NULL AND u.watched >= :shared_households
             AND u.used * 100 >= u.watched * :residence_used_percent
                THEN CASE WHEN h.contact_key IS NULL THEN 'guardian' ELSE 'residence' END
            WHEN s.households * 100 < r.households * :concentration_percent THEN 'facility'
            WHEN u.watched >= :shared_households AND u.used * 100 >= u.watched * :used_percent THEN 'used' END AS explained
FROM shared_contacts AS s
JOIN contact_reach AS r ON r.kind = s.kind AND r.contact_key = s.contact_key
LEFT JOIN contact_use AS u ON u.rep_id = s.rep_id AND u.kind = s.kind AND u.contact_key = s.contact_key
LEFT JOIN residence_contacts AS h ON h.rep_id = s.rep_id AND h.kind = s.kind AND h.contact_key = s.contact_key
LEFT JOIN guardian_contacts AS g ON g.rep_id = s.rep_id AND g.kind = s.kind AND g.contact_key = s.contact_key

-- model: employee_contacts
-- The contacts of the firm's own people, spelled alike, with whose they are. One number may be several people's.
SELECT k.kind AS kind, k.key AS contact_key, r.rep_id AS rep_id
FROM reps AS r
JOIN contact_keys AS k ON k.kind = 'phone' AND k.raw = r.phone
UNION
SELECT k.kind, k.key, r.rep_id
FROM reps AS r
JOIN contact_keys AS k ON k.kind = 'email' AND k.raw = r.email
UNION
SELECT k.kind, k.key || '|' || r.postal_code, r.rep_id
FROM reps AS r
JOIN contact_keys AS k ON k.kind = 'address' AND k.raw = r.address_line
WHERE r.postal_code IS NOT NULL

-- model: employee_people
-- For each of `employee_contacts`, who may honestly give it: the employee as a customer, his household, his
-- namesake. Not whoever lives where he does: an address too is a contact that can be borrowed (but see `own_contacts`).
SELECT e.kind AS kind, e.contact_key AS contact_key, 'customer ' || r.customer_id AS person
FROM employee_contacts AS e
JOIN reps AS r ON r.rep_id = e.rep_id AND r.customer_id IS NOT NULL
UNION
SELECT e.kind, e.contact_key, 'household ' || t.household
FROM employee_contacts AS e
JOIN reps AS r ON r.rep_id = e.rep_id
JOIN customer_ties AS t ON t.customer_id = r.customer_id
UNION
SELECT e.kind, e.contact_key, 'name ' || LOWER(r.name)
FROM employee_contacts AS e
JOIN reps AS r ON r.rep_id = e.rep_id

-- model: contacts_of_employees
-- One row per opening by staff and contact on it that is an employee's; `opener` 1 where it is the opener's own.
SELECT c.account_id AS account_id, c.customer_id AS customer_id, c.kind AS kind, c.contact_key AS contact_key,
       MAX(CASE WHEN e.rep_id = c.rep_id THEN 1 ELSE 0 END) AS opener
FROM opening_contacts AS c
JOIN employee_contacts AS e ON e.kind = c.kind AND e.contact_key = c.contact_key
GROUP BY c.account_id, c.customer_id, c.kind, c.contact_key

-- model: people_with_contacts
-- For each of `contacts_of_employees`, who the customer is.
SELECT c.account_id AS account_id, c.kind AS kind, c.contact_key AS contact_key, 'customer ' || c.customer_id AS person
FROM contacts_of_employees AS c
UNION
SELECT c.account_id, c.kind, c.contact_key, 'customer ' || o.co_owners
FROM contacts_of_employees AS c
JOIN openings AS o ON o.account_id = c.account_id AND o.co_owners IS NOT NULL
UNION
SELECT c.account_id, c.kind, c.contact_key, 'household ' || t.household
FROM contacts_of_employees AS c
JOIN customer_ties AS t ON t.customer_id = c.customer_id
UNION
SELECT c.account_id, c.kind, c.contact_key, 'name ' || LOWER(u.name)
FROM contacts_of_employees AS c
JOIN customers AS u ON u.customer_id = c.customer_id

-- model: own_contacts
-- The rows of `contacts_of_employees` whose customer is the employee himself, of his household or name, lives at his home under
-- his family name, or is staff.
SELECT p.account_id AS account_id, p.kind AS kind, p.contact_key AS contact_key
FROM people_with_contacts AS p
JOIN employee_people AS e ON e.kind = p.kind AND e.contact_key = p.contact_key AND e.person = p.person
UNION
SELECT c.account_id, c.kind, c.contact_key
FROM contacts_of_employees AS c
JOIN customers AS u ON u.customer_id = c.customer_id AND u.is_employee = 1
UNION
SELECT c.account_id, c.kind, c.contact_key
FROM contacts_of_employees AS c
JOIN employee_contacts AS e ON e.kind = c.kind AND e.contact_key = c.contact_key
JOIN employee_contacts AS h ON h.rep_id = e.rep_id AND h.kind = 'address'
JOIN reps AS r ON r.rep_id = e.rep_id
JOIN customer_ties AS t ON t.customer_id = c.customer_id AND t.home = h.contact_key
WHERE t.family_name = LOWER(SUBSTRING(r.name, STRPOS(r.name, ' ') + 1))

-- model: borrowed_contacts
-- The rows of `contacts_of_employees` that are none of `own_contacts`.
SELECT c.account_id AS account_id, c.kind AS kind, c.contact_key AS contact_key, c.opener AS opener
FROM contacts_of_employees AS c
LEFT JOIN own_contacts AS o ON o.account_id = c.account_id AND o.kind = c.kind AND o.contact_key = c.contact_key
WHERE o.account_id IS NULL

-- model: contact_signs
-- One row per opening by staff with a contact on it: 1 where a phone, e-mail or device is shared and nothing explains it
-- (see `judged_contacts`), 1 where one is an employee's and the customer is not his.
SELECT c.account_id AS account_id,
       MAX(CASE WHEN j.contact_key IS NULL THEN 0 ELSE 1 END) AS shared,
       MAX(CASE WHEN b.contact_key IS NULL THEN 0 ELSE 1 END) AS employee
FROM opening_contacts AS c
LEFT JOIN judged_contacts AS j
  ON j.rep_id = c.rep_id AND j.kind = c.kind AND j.contact_key = c.contact_key AND j.explained IS NULL
LEFT JOIN borrowed_contacts AS b ON b.account_id = c.account_id AND b.kind = c.kind AND b.contact_key = c.contact_key
WHERE c.kind <> 'address'
GROUP BY c.account_id
